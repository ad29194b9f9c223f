"""Text file → typed Parquet, in one pass over all rows, every cell that did not fit counted.

What the sample promised is checked against the whole file: when a column turns out to hold
something else (leading zeros, thousands marks, the other order of day and month, mostly text),
the plan for that column changes and the file is converted again. Plans only ever widen, so this
ends.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from datasets.building.duck import literal, parquet, parquet_options, run_watched
from datasets.formats.csv import typed
from datasets.formats.format import Native
from datasets.refusals import Refusal
from datasets.sniffing.dialect import LONGEST_LINE
from datasets.sniffing.reading import FoundColumn, Note, Reading
from datasets.sniffing.times import other_order

# More filled cells than this share unreadable: the column is not of that type.
_MOST_UNREADABLE = 0.1
_MOST_PASSES = 6
# Before the key of a text column, in the list of cells that need a word.
_GUARD = "g"
_TOGETHER = 250
# Cells named by their row, of each column.
_EXAMPLES = 20
# UTF-8 takes at most four bytes a character.
_LINE_BYTES = 4 * LONGEST_LINE
Connection = duckdb.DuckDBPyConnection


@dataclass(frozen=True)
class Misfits:
    """Cells of one column that did not become a value."""

    total: int
    missing_words: int
    words: tuple[str, ...]
    infinite: int
    keep_text: int
    grouped: int
    examples: tuple[tuple[int, str], ...]
    # Of the missing words: cells that hold nothing but spaces, and where the first words stand.
    blanks: int = 0
    word_examples: tuple[tuple[int, str], ...] = ()

    @property
    def unreadable(self) -> int:
        """Cells that hold something, but not a value of the column's type."""
        return self.total - self.missing_words


@dataclass(frozen=True)
class Converted:
    """The typed file: how it was read in the end and which cells did not fit."""

    reading: Reading
    rows: int
    misfits: dict[str, Misfits]
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class Plan:
    """One conversion: from which text file to which Parquet file."""

    source: Path
    target: Path
    delimiter: str
    records: int
    # Row numbers (as in a spreadsheet) of blank lines that were left out of `source`.
    blank_rows: tuple[int, ...] = ()
    # Instead of the text: SQL of a table, and for each of our columns what it is made from.
    table: str = ""
    natives: tuple[Native, ...] = ()
    # Has the survey seen that no number is written in a way that would lose something?
    is_plain: bool = False

    def native(self, column: FoundColumn) -> Native | None:
        """What `column` is copied from; None when its text is to be read."""
        if not self.natives:
            return None
        native = self.natives[int(column.key[1:]) - 1]
        return native if native.type == column.type or column.type == "empty" else None


def convert(
    connection: Connection, plan: Plan, reading: Reading, on_rows: Callable[[int], None]
) -> Converted:
    """Write `plan.target` and return how. Raises Refusal; duckdb.Error when a row is ragged."""
    direct = _converted_directly(connection, plan, reading, on_rows)
    if direct is not None:
        return direct
    notes: list[Note] = []
    unguarded: list[Note] = []
    rows = plan.records - int(reading.header)
    for _ in range(_MOST_PASSES):
        _write(connection, plan, reading, lambda share: on_rows(int(share * rows)))
        misfits = _misfits(connection, plan, reading)
        unguarded = _guards_taken(misfits)
        revised = _revised(reading, misfits, rows, notes)
        if revised == reading:
            break
        reading = revised
    return Converted(reading, rows, misfits, (*notes, *unguarded))


def _converted_directly(
    connection: Connection, plan: Plan, reading: Reading, on_rows: Callable[[int], None]
) -> Converted | None:
    """Let the reader of CSV make the numbers, which is faster; None when one cell objects.

    The survey has seen that no number has leading zeros, marks or blanks, so what can still be
    lost are digits beyond 2^53, infinity and NaN; each of these, and each word, goes the exact way.
    """
    direct = {column.key for column in reading.columns if _is_direct(column, plan, reading)}
    if not direct:
        return None
    natives = tuple(
        Native(column.name, "number" if column.key in direct else "", column.key, column.key)
        for column in reading.columns
    )
    quick = replace(plan, table=_csv_table(plan, reading, direct), natives=natives)
    rows, notes = plan.records - int(reading.header), list[Note]()
    try:
        _write(connection, quick, reading, lambda share: on_rows(int(share * rows)))
    except (duckdb.InvalidInputException, duckdb.ConversionException):
        return None
    misfits = _misfits(connection, plan, reading)
    unguarded = _guards_taken(misfits)
    if direct & misfits.keys() or _revised(reading, misfits, rows, notes) != reading:
        return None
    return Converted(reading, rows, misfits, (*notes, *unguarded))


def _is_direct(column: FoundColumn, plan: Plan, reading: Reading) -> bool:
    plain = column.type in {"number", "empty"} and not column.thousands
    exact = plan.is_plain and not plan.natives and reading.decimal == "."
    return plain and exact and column.key not in reading.corrections


def _guards_taken(misfits: dict[str, Misfits]) -> list[Note]:
    """Move the marks of guarded text out of `misfits` into notes."""
    guards = [key for key in misfits if key.startswith(_GUARD)]
    return [Note("unguarded", key[1:], misfits.pop(key).total) for key in guards]


def row_number(plan: Plan, reading: Reading, index: int) -> int:
    """The row of the file, as a spreadsheet counts, of the data row at `index` (from 0)."""
    row = index + reading.first_row
    for blank in plan.blank_rows:
        if blank > row:
            break
        row += 1
    return row


def source_table(plan: Plan, reading: Reading) -> str:
    """The table function that reads the regular text file, every cell as it stands there.

    Columns that are typed already are shown as text.
    """
    if plan.natives:
        texts = ", ".join(
            f"{native.text} AS c{place}" for place, native in enumerate(plan.natives, 1)
        )
        return f"(SELECT {texts} FROM {plan.table})"  # noqa: S608
    return _csv_table(plan, reading, frozenset())


def _csv_table(plan: Plan, reading: Reading, numbers: Collection[str]) -> str:
    types = ", ".join(
        f"'{column.key}': '{'DOUBLE' if column.key in numbers else 'VARCHAR'}'"
        for column in reading.columns
    )
    return (
        f"read_csv({literal(str(plan.source))}, auto_detect=false, columns={{{types}}}, "
        f"delim={literal(plan.delimiter)}, quote='\"', escape='\"', new_line='\\n', "
        f"header={str(reading.header).lower()}, strict_mode=true, null_padding=false, "
        f"max_line_size={_LINE_BYTES}, buffer_size={4 * _LINE_BYTES})"
    )


def _write(
    connection: Connection, plan: Plan, reading: Reading, on_share: Callable[[float], None]
) -> None:
    """Very wide files are converted some columns at a time: planning is worse than linear."""
    connection.execute("SET preserve_insertion_order = true")
    columns = reading.kept
    groups = [columns[start : start + _TOGETHER] for start in range(0, len(columns), _TOGETHER)]
    if len(groups) == 1:
        run_watched(connection, _copy(plan, reading, columns, plan.target), on_share)
        return
    parts = [plan.target.with_suffix(f".part{place}") for place in range(len(groups))]
    for place, (group, part) in enumerate(zip(groups, parts, strict=True)):
        connection.execute(_copy(plan, reading, group, part))
        on_share(place / len(groups))
    connection.execute(_joined(plan, reading, parts))
    for part in parts:
        part.unlink()


def _copy(plan: Plan, reading: Reading, group: Sequence[FoundColumn], target: Path) -> str:
    """SQL that writes the typed values of `group`, and what did not fit, to `target`."""
    raws = ", ".join(column.key for column in group)
    values = ", ".join(f"{_value(plan, column, reading)} AS v_{column.key}" for column in group)
    marked = [mark for column in group if (mark := _mark(plan, column, reading))]
    marks = ", ".join(marked) or "''"
    time = next((column for column in group if column.key == reading.time_column), None)
    zone = _zoned(plan, time) if time and time.type == "datetime" else "false"
    # Every name in it is ours: c1…cn and literals escaped by `literal`.
    return (
        f"COPY (SELECT {', '.join(f'v_{column.key} AS {column.key}' for column in group)}, "  # noqa: S608
        f"{zone} AS _zoned, nullif(concat_ws('{typed.RECORD}', {marks}), '') AS _unread "
        f"FROM (SELECT {raws}, {values} FROM {_typed_source(plan, reading)})) "
        f"TO {literal(str(target))} {parquet_options(len(reading.columns))}"
    )


def _joined(plan: Plan, reading: Reading, parts: Sequence[Path]) -> str:
    """SQL that puts the parts side by side again; each holds the same rows in the same order."""
    names = [f"p{place}" for place in range(len(parts))]
    tables = " POSITIONAL JOIN ".join(
        f"{parquet(part)} AS {name}" for part, name in zip(parts, names, strict=True)
    )
    columns = ", ".join(column.key for column in reading.kept)
    zoned = " OR ".join(f"{name}._zoned" for name in names)
    unread = ", ".join(f"{name}._unread" for name in names)
    return (
        f"COPY (SELECT {columns}, {zoned} AS _zoned, "  # noqa: S608
        f"nullif(concat_ws('{typed.RECORD}', {unread}), '') AS _unread FROM {tables}) "
        f"TO {literal(str(plan.target))} {parquet_options(len(reading.columns))}"
    )


def _typed_source(plan: Plan, reading: Reading) -> str:
    """The cells as they stand in the file (c1…) and, of typed columns, as values (n_c1…).

    A typed column has its value under both names: text is made only of cells that do not fit.
    """
    if not plan.natives:
        return source_table(plan, reading)
    parts = []
    for column in reading.columns:
        native, source = plan.native(column), plan.natives[int(column.key[1:]) - 1]
        parts.append(f"{native.value if native else source.text} AS {column.key}")
    return f"(SELECT {', '.join(parts)} FROM {plan.table})"  # noqa: S608


def _zoned(plan: Plan, time: FoundColumn) -> str:
    native = plan.native(time)
    if native is None:
        return typed.zoned(time.key)
    return f"{time.key} IS NOT NULL" if native.zoned else "false"


def _value(plan: Plan, column: FoundColumn, reading: Reading) -> str:
    """The typed value of a cell, or what a person said that it was meant to be."""
    native = plan.native(column)
    value = typed.native(column) if native else typed.value(column, reading)
    meant = reading.corrections.get(column.key, {})
    if not meant:
        return value
    kind = typed.SQL_TYPES[column.type]
    cases = " ".join(
        f"WHEN {literal(was)} THEN try_cast({literal(now)} AS {kind})" for was, now in meant.items()
    )
    cell = f"CAST({column.key} AS VARCHAR)" if native else column.key
    return f"CASE {cell} {cases} ELSE {value} END"


def _mark(plan: Plan, column: FoundColumn, reading: Reading) -> str:
    """Key and text of a cell that does not fit; NULL for all others.

    Text fits always; of it, cells from which a guard was taken are marked, under another key.
    """
    native = plan.native(column)
    if column.type == "text":
        if native or reading.format not in typed.GUARDED_FORMATS:
            return ""
        return f"CASE WHEN {typed.guarded(column.key)} THEN '{_GUARD}{column.key}{typed.FIELD}' END"
    fits = typed.native_misfit if native else typed.misfit
    if native and plan.delimiter:
        fits = typed.direct_misfit
    misfit = fits(column, f"v_{column.key}")
    # The two separators themselves may stand in a cell; there they become spaces.
    cell = f"CAST({column.key} AS VARCHAR)" if native else column.key
    text = f"translate({cell}, '{typed.FIELD}{typed.RECORD}', '  ')"
    return f"CASE WHEN {misfit} THEN '{column.key}{typed.FIELD}' || {text} END"


def _misfits(connection: Connection, plan: Plan, reading: Reading) -> dict[str, Misfits]:
    table = parquet(plan.target, numbered=True)
    counted = connection.execute(
        f"WITH cells AS (SELECT file_row_number AS row, "  # noqa: S608
        f"unnest(string_split(_unread, '{typed.RECORD}')) AS cell FROM {table} "
        f"WHERE _unread IS NOT NULL), "
        f"named AS (SELECT row, split_part(cell, '{typed.FIELD}', 1) AS key, "
        f"substr(cell, strpos(cell, '{typed.FIELD}') + 1) AS text FROM cells), "
        f"judged AS (SELECT *, {typed.is_missing_word('text')} AS missing FROM named) "
        f"SELECT key, count(*), count(*) FILTER (missing), "
        f"list_slice(list_distinct(list(trim(text)) FILTER (missing AND trim(text) <> '')), 1, 8), "
        f"count(*) FILTER (NOT missing AND {typed.is_infinite('text')}), "
        f"count(*) FILTER ({typed.must_stay_text('text')}), "
        f"count(*) FILTER ({typed.is_grouped('text', reading.decimal)}), "
        f"arg_min(text[1:80], row, {_EXAMPLES}) FILTER (NOT missing), "
        f"min(row, {_EXAMPLES}) FILTER (NOT missing), count(*) FILTER (trim(text) = ''), "
        f"arg_min(text[1:80], row, {_EXAMPLES}) FILTER (missing AND trim(text) <> ''), "
        f"min(row, {_EXAMPLES}) FILTER (missing AND trim(text) <> '') "
        f"FROM judged GROUP BY key"
    ).fetchall()
    return {key: _as_misfits(plan, reading, *rest) for key, *rest in counted}


def _as_misfits(plan: Plan, reading: Reading, *counted: Any) -> Misfits:
    total, missing, words, infinite, keep, grouped, texts, rows, *rest = counted
    blanks, word_texts, word_rows = rest
    return Misfits(
        total=total,
        missing_words=missing,
        words=tuple(sorted(words or ())),
        infinite=infinite,
        keep_text=keep,
        grouped=grouped,
        examples=_placed(plan, reading, rows, texts),
        blanks=blanks,
        word_examples=_placed(plan, reading, word_rows, word_texts),
    )


def _placed(plan: Plan, reading: Reading, rows: Any, texts: Any) -> tuple[tuple[int, str], ...]:
    numbers = [row_number(plan, reading, row) for row in rows or ()]
    return tuple(zip(numbers, texts or (), strict=True))


def _revised(
    reading: Reading, misfits: dict[str, Misfits], rows: int, notes: list[Note]
) -> Reading:
    """The reading with the plan of every column changed that its cells contradict."""
    for key, found in misfits.items():
        column = reading.column(key)
        if column.type == "datetime":
            reading = _revised_time(reading, column, found, rows, notes)
        elif column.type in {"number", "empty", "boolean"}:
            reading = _revised_value(reading, column, found, rows, notes)
    return reading


def _revised_value(
    reading: Reading, column: FoundColumn, found: Misfits, rows: int, notes: list[Note]
) -> Reading:
    if column.fixed:
        return reading
    if column.type != "boolean" and found.keep_text:
        notes.append(Note("kept_as_text", column.key, found.keep_text))
        return reading.changed(column.key, type="text")
    if column.type != "boolean" and found.grouped and not column.thousands:
        return reading.changed(column.key, thousands=True)
    readable = found.unreadable - found.infinite
    if column.type == "empty" and readable:
        return reading.changed(column.key, type="text")
    if readable > _MOST_UNREADABLE * max(rows - found.missing_words, 1):
        notes.append(Note("mixed_as_text", column.key, readable))
        return reading.changed(column.key, type="text")
    return reading


def _revised_time(
    reading: Reading, column: FoundColumn, found: Misfits, rows: int, notes: list[Note]
) -> Reading:
    if not found.unreadable:
        return reading
    time = column.time
    if time and time.ambiguous:
        # The other order once; after that the reading is no longer in doubt.
        return reading.changed(column.key, time=replace(other_order(time), ambiguous=False))
    is_the_time = column.key == reading.time_column
    if not is_the_time and not column.fixed and found.unreadable > _MOST_UNREADABLE * rows:
        notes.append(Note("mixed_as_text", column.key, found.unreadable))
        return reading.changed(column.key, type="text", time=None)
    if is_the_time and not (reading.leave_out_bad_times or column.failing):
        row, text = found.examples[0]
        raise Refusal("bad_time", column=column.name, row=row, text=text, count=found.unreadable)
    return reading
