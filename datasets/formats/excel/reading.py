"""An Excel workbook: one of its sheets as rows, with everything that is odd about it counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import chain, islice
from pathlib import Path
from typing import Any

import python_calamine as calamine

from datasets.formats.cells import DATE, EMPTY, FALSE, NUMBER, TEXT, TRUE, Cell
from datasets.formats.excel.guarding import guard
from datasets.formats.excel.merged import Merged
from datasets.formats.excel.package import (
    SheetCells,
    look_through,
    parts_of,
    require_safe,
    sheet_part,
)
from datasets.formats.format import Extracted, Say
from datasets.formats.plain import PlainText
from datasets.refusals import Refusal
from datasets.sniffing.columns import has_header
from datasets.sniffing.options import ReadingOptions
from datasets.sniffing.reading import Note

_EVERY = 2000
_LOOKED_AT = 60
_MOST_ABOVE = 20
_VISIBLE = calamine.SheetVisibleEnum.Visible
_WORDS = (
    (_VISIBLE, "visible"),
    (calamine.SheetVisibleEnum.Hidden, "hidden"),
    (calamine.SheetVisibleEnum.VeryHidden, "very hidden"),
)
Row = list[Cell]


def extract(source: Path, folder: Path, options: ReadingOptions, say: Say) -> Extracted:
    """Read one sheet. Raises Refusal naming sheets, cells and what to do."""
    guard(source)
    require_safe(source)
    book = _open(source)
    name, found = _choose(source, book, options.sheet)
    sheet = _sheet(book, name)
    facts = _facts(book, name)
    # One sheet leaves nothing to choose, so nothing is said.
    notes = [Note("sheet", params=facts)] if len(facts["sheets"]) > 1 else []
    notes += _oddities(found)
    notes += _not_followed(source)
    extracted = _read(sheet, folder / "extracted.csv", options, notes, say)
    return replace(extracted, facts=facts)


def _open(source: Path) -> calamine.CalamineWorkbook:
    try:
        return calamine.CalamineWorkbook.from_path(str(source))
    except calamine.PasswordError as error:
        raise Refusal("password") from error
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise Refusal("damaged", kind="xlsx") from error


def _choose(
    source: Path, book: calamine.CalamineWorkbook, wanted: str | None
) -> tuple[str, SheetCells]:
    """The wanted sheet, else the first visible one with cells; none is opened to find out.

    Opening a sheet holds all of it, so what is too large must be known before.
    """
    tables = _tables(book)
    names = [found.name for found in tables]
    if wanted and wanted not in names:
        raise Refusal("no_such_sheet", sheet=wanted[:80], sheets=", ".join(names)[:400])
    visible = [found.name for found in tables if found.visible == _VISIBLE]
    for name in [wanted] if wanted else visible:
        found = look_through(source, sheet_part(source, name))
        if found.cells:
            return name, found
    hidden = [name for name in names if name not in visible]
    if wanted or not hidden:
        raise Refusal("no_rows")
    raise Refusal("only_hidden", sheets=", ".join(hidden)[:400])


def _facts(book: calamine.CalamineWorkbook, name: str) -> dict[str, Any]:
    sheets = [{"name": found.name, "shown": _shown(found)} for found in _tables(book)]
    return {"sheet": name, "sheets": sheets}


def _tables(book: calamine.CalamineWorkbook) -> list[calamine.SheetMetadata]:
    kind = calamine.SheetTypeEnum.WorkSheet
    return [found for found in book.sheets_metadata if found.typ == kind]


def _shown(found: calamine.SheetMetadata) -> str:
    return next(word for state, word in _WORDS if state == found.visible)


def _sheet(book: calamine.CalamineWorkbook, name: str) -> calamine.CalamineSheet:
    try:
        return book.get_sheet_by_name(name)
    except calamine.CalamineError as error:
        raise Refusal("damaged", kind="xlsx") from error


def _oddities(found: SheetCells) -> list[Note]:
    notes = []
    if found.errors:
        notes.append(Note("error_cells", count=found.errors, params={"cell": found.first_error}))
    if found.uncomputed:
        notes.append(
            Note("uncomputed", count=found.uncomputed, params={"cell": found.first_uncomputed})
        )
    return notes


def _not_followed(source: Path) -> list[Note]:
    """Macros and links to elsewhere are never run or opened; that they are there is said."""
    parts = parts_of(source)
    kinds = []
    if any(name.endswith("vbaproject.bin") for name in parts):
        kinds.append("macros")
    if any(name.startswith("xl/externallinks/") for name in parts):
        kinds.append("links")
    if any(name.startswith("xl/connections") for name in parts):
        kinds.append("connections")
    return [Note("not_followed", params={"kinds": kinds})] if kinds else []


def _read(
    sheet: calamine.CalamineSheet,
    target: Path,
    options: ReadingOptions,
    notes: list[Note],
    say: Say,
) -> Extracted:
    first_row, first_column = sheet.start or (0, 0)
    total = sheet.height
    rows: Iterator[tuple[int, Row]] = enumerate(_rows(sheet), first_row + 1)
    if options.skip:
        rows = _after(rows, options.skip)
    head = list(islice(rows, _LOOKED_AT))
    head, above = _below_title(head) if options.skip is None else (_from_filled(head), 0)
    if not head:
        raise Refusal("no_rows")
    named = options.header
    if named is None:
        named = has_header([[text for _, text in row] for _, row in head], ".")
    names = [text for _, text in head[0][1]] if named else [""] * len(head[0][1])
    body = chain(head[1:] if named else head, rows)
    merged = Merged(sheet.merged_cell_ranges or (), first_column)
    starts_at = head[1 if named and len(head) > 1 else 0][0]
    with PlainText(target, starts_at=starts_at) as table:
        table.open_all(names)
        blank = _write(
            table, body, merged, lambda row: say(step="reading", rows=row, rows_total=total)
        )
        declared, found = table.finish()
    if above:
        found.append(Note("rows_above", count=above))
    if merged.filled:
        found.append(Note("merged_cells", count=merged.filled))
    if blank:
        found.append(Note("blank_lines", count=len(blank)))
    if not named:
        found.append(Note("no_header"))
    return Extracted(
        text=target,
        declared=declared,
        notes=(*notes, *found),
        starts_at=starts_at,
        blank_rows=tuple(blank),
    )


def _rows(sheet: calamine.CalamineSheet) -> Iterator[Row]:
    for row in sheet.iter_rows():
        yield [_cell(value) for value in row]


def _cell(value: Any) -> Cell:
    """A value as text; whole numbers without a point, times as ISO."""
    if isinstance(value, float):
        return NUMBER, str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, str):
        return (TEXT, value) if value else EMPTY
    for kind, shown in _KINDS:
        if isinstance(value, kind):
            return shown(value)
    return TEXT, str(value)


def _duration(value: timedelta) -> Cell:
    """Hours as a spreadsheet shows them, which may be more than 24."""
    seconds = round(value.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    hours, rest = divmod(seconds, 3600)
    return TEXT, f"{sign}{hours:02d}:{rest // 60:02d}:{rest % 60:02d}"


# A truth is an int to Python and a datetime is a date, so they come first.
_KINDS: tuple[tuple[type, Callable[[Any], Cell]], ...] = (
    (bool, lambda value: TRUE if value else FALSE),
    (int, lambda value: (NUMBER, str(value))),
    (datetime, lambda value: (DATE, value.isoformat(" "))),
    (date, lambda value: (DATE, value.isoformat())),
    (time, lambda value: (TEXT, value.isoformat())),
    (timedelta, _duration),
)


def _after(rows: Iterator[tuple[int, Row]], skip: int) -> Iterator[tuple[int, Row]]:
    return ((number, row) for number, row in rows if number > skip)


def _from_filled(head: list[tuple[int, Row]]) -> list[tuple[int, Row]]:
    while head and not _filled(head[0][1]):
        head = head[1:]
    return head


def _below_title(head: list[tuple[int, Row]]) -> tuple[list[tuple[int, Row]], int]:
    """Leave out rows above the table that hold a single cell, such as a title or a note."""
    kept = _from_filled(head)
    widest = max((_filled(row) for _, row in kept), default=0)
    above = 0
    while widest > 1 and above < min(_MOST_ABOVE, len(kept) - 1) and _is_title(kept[above:]):
        above += 1
    left_out = sum(_filled(row) > 0 for _, row in kept[:above])
    return _from_filled(kept[above:]), left_out


def _is_title(rows: Sequence[tuple[int, Row]]) -> bool:
    """One cell, or none, above rows that mostly hold more."""
    wider = sum(_filled(row) > 1 for _, row in rows[1:])
    return _filled(rows[0][1]) <= 1 and wider > 0.5 * (len(rows) - 1)


def _filled(row: Row) -> int:
    return sum(bool(text) for _, text in row)


def _write(
    table: PlainText,
    body: Iterator[tuple[int, Row]],
    merged: Merged,
    on_row: Callable[[int], None],
) -> list[int]:
    """Write the rows and return the numbers of blank ones, which are left out."""
    blank, waiting = [], []
    for number, cells in body:
        row = merged.fill(number - 1, cells)
        if not _filled(row):
            waiting.append(number)
            continue
        # Blank rows below the last filled one were never part of the table.
        blank += waiting
        waiting = []
        table.placed(row)
        if table.rows % _EVERY == 0:
            on_row(table.rows)
    return blank
