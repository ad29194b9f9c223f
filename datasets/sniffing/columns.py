"""What each column is called and what it holds, judged from the first records."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from datasets.refusals import Refusal
from datasets.sniffing.cells import (
    is_boolean,
    is_grouped,
    is_missing,
    is_number,
    must_stay_text,
)
from datasets.sniffing.dialect import Record
from datasets.sniffing.options import ColumnChoice
from datasets.sniffing.reading import FoundColumn, Note, TimeFormat
from datasets.sniffing.times import (
    find_number_format,
    find_text_format,
    in_order,
    is_time_name,
    looks_like_time,
    other_order,
)

_SAMPLED = 2000
_GUARDED = re.compile(r"^'+[=+@\t\r\x00-]")
# Names that say "this is what to forecast", in several languages.
MAIN_NAMES = frozenset(
    {"y", "value", "target", "ot", "load", "load_mw", "sales", "demand", "值", "目标", "销售额"}
)


def has_header(records: Sequence[Record], decimal: str) -> bool:
    """Is the first record a line of names rather than data?

    It is data when any of its cells is a number or a time, unless every column has such names
    (years as headers of a wide table stay names because the first cell is a word).
    """
    first = records[0]
    if any(_is_value(cell, decimal) for cell in first):
        return _has_words_above_values(records, decimal)
    named = [cell for cell in first if cell.strip()]
    return bool(named)


def _is_value(cell: str, decimal: str) -> bool:
    stripped = cell.strip()
    if not stripped or is_missing(stripped):
        return False
    return is_number(stripped, decimal, grouped=True) or looks_like_time(stripped)


def _has_words_above_values(records: Sequence[Record], decimal: str) -> bool:
    """Some first-row cell is a word and everything below it is a value: so it is a name."""
    first, below = records[0], records[1:50]
    for position, cell in enumerate(first):
        if _is_value(cell, decimal) or not cell.strip() or is_missing(cell):
            continue
        cells = [record[position] for record in below if position < len(record)]
        filled = [text for text in cells if not is_missing(text)]
        if filled and all(_is_value(text, decimal) for text in filled):
            return True
    return False


def name_columns(
    header: Sequence[str], width: int, *, guarded: bool = True
) -> tuple[list[tuple[str, str]], list[Note]]:
    """Return (display name, original) for each column; empty and repeated names are changed.

    Names that differ only in Unicode normalisation count as repeated. `guarded`: names that look
    like formulas have an apostrophe before them, which goes.
    """
    taken: set[str] = set()
    named: list[tuple[str, str]] = []
    notes: list[Note] = []
    texts = [_unguarded(text) for text in header] if guarded else header
    originals = {unicodedata.normalize("NFC", text.strip()) for text in texts}
    for position in range(width):
        original = texts[position] if position < len(texts) else ""
        wanted = unicodedata.normalize("NFC", original.strip()) or f"column {position + 1}"
        name = _free_name(wanted, taken, originals)
        taken.add(name)
        if original.strip() and name != unicodedata.normalize("NFC", original.strip()):
            notes.append(
                Note("renamed", f"c{position + 1}", 1, {"was": original[:80], "now": name})
            )
        if not original.strip() and header:
            notes.append(Note("unnamed", f"c{position + 1}", 1, {"now": name}))
        named.append((name, original if name != original else ""))
    return named, notes


def _unguarded(name: str) -> str:
    """Without the apostrophe that exports put before a name that looks like a formula."""
    return name[1:] if _GUARDED.match(name) else name


def _free_name(wanted: str, taken: set[str], originals: set[str]) -> str:
    if wanted not in taken:
        return wanted
    number = 2
    while f"{wanted} ({number})" in taken | originals:
        number += 1
    return f"{wanted} ({number})"


def describe_column(
    key: str, name: tuple[str, str], cells: Sequence[str], decimal: str
) -> FoundColumn:
    """Judge one column from its sampled `cells`."""
    filled = [cell.strip() for cell in cells[:_SAMPLED] if not is_missing(cell)]
    plain = FoundColumn(key, name[0], "empty", header=name[1])
    if not filled:
        return plain
    time = _time_format(key, name[0], filled)
    if time:
        return FoundColumn(key, name[0], "datetime", time=time, header=name[1])
    kind, thousands = _kind_of(filled, decimal)
    return FoundColumn(key, name[0], kind, thousands=thousands, header=name[1])


def _time_format(key: str, name: str, filled: Sequence[str]) -> TimeFormat | None:
    found = find_text_format(filled)
    if found:
        return found
    return find_number_format(filled, named=is_time_name(name), first=key == "c1")


def _kind_of(filled: Sequence[str], decimal: str) -> tuple[str, bool]:
    """Return (type, has thousands marks) of cells that are neither missing nor times."""
    if all(is_boolean(cell) for cell in filled):
        return "boolean", False
    if any(must_stay_text(cell) for cell in filled):
        return "text", False
    numbers = sum(is_number(cell, decimal) for cell in filled)
    grouped = sum(is_grouped(cell, decimal) for cell in filled)
    marked = grouped > 0
    understood = sum(is_number(cell, decimal, grouped=True) for cell in filled)
    allowed = max(0.1 * len(filled), 1 if len(filled) >= 4 else 0)
    if len(filled) - (understood if marked else numbers) <= allowed:
        return "number", marked
    return "text", False


def with_order(
    column: FoundColumn, *, day_first: bool | None, order: str | None = None
) -> FoundColumn:
    """The column with day and month in the order that a person asked for."""
    time = column.time
    if time is None:
        return column
    if order:
        return replace(column, time=in_order(time, order))
    if day_first is None or time.day_first is None or time.day_first == day_first:
        return column
    return replace(column, time=other_order(time))


def as_chosen(
    column: FoundColumn, choice: ColumnChoice, cells: Sequence[str], decimal: str
) -> FoundColumn:
    """The column the way a person decided. Raises Refusal when no time can be read from it."""
    column = _typed(column, _chosen_type(choice), cells, decimal)
    if choice.name and choice.name != column.name:
        column = replace(column, name=choice.name, header=column.header or column.name)
    failing = "" if choice.failing in {"missing", "text"} else choice.failing
    words = choice.words if column.type == "text" else ""
    fixed = column.fixed or failing == "leave_out"
    return replace(column, role=choice.role, failing=failing, words=words, fixed=fixed)


def _chosen_type(choice: ColumnChoice) -> str:
    if choice.failing == "text":
        return "text"
    return "datetime" if choice.role == "time" and not choice.type else choice.type


def _typed(column: FoundColumn, kind: str, cells: Sequence[str], decimal: str) -> FoundColumn:
    if not kind or kind == column.type:
        return replace(column, fixed=bool(kind))
    plain = replace(column, type=kind, time=None, thousands=False, fixed=True)
    filled = [cell.strip() for cell in cells[:_SAMPLED] if not is_missing(cell)]
    if kind == "number":
        return replace(plain, thousands=any(is_grouped(cell, decimal) for cell in filled))
    if kind != "datetime":
        return plain
    time = find_text_format(filled, share=0.5) or find_number_format(filled, named=True, first=True)
    if time is None:
        raise Refusal("not_times", column=column.name)
    return replace(plain, time=time)
