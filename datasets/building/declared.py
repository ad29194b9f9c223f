"""How columns are read whose file names their types; a person's choice still comes first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import duckdb

from datasets.building.readers import reader
from datasets.formats.format import Extracted, Native
from datasets.refusals import Refusal
from datasets.sniffing.columns import as_chosen, describe_column, name_columns
from datasets.sniffing.options import ReadingOptions
from datasets.sniffing.reading import FoundColumn, Reading, TimeFormat
from datasets.sniffing.sniff import find_time_column, series_chosen

_SAMPLED = 2000
# Times that are written as text; numbers stand for times only where a name says so.
_WRITTEN = frozenset({"iso", "text", "quarter", "week"})
_ISO = TimeFormat("iso")


def as_declared(reading: Reading, declared: Sequence[str]) -> Reading:
    """What the sniffer found in text, corrected by what the file had named.

    Text stays text even where it looks like numbers, unless it is written as times; numbers stay
    numbers unless the sniffer took them for times.
    """
    columns = tuple(
        column if column.fixed or not kind else _settled(column, kind)
        for column, kind in zip(reading.columns, declared, strict=True)
    )
    kept = {column.key for column in columns if column.type == "datetime"}
    notes = tuple(
        note
        for note in reading.notes
        if note.code not in {"numbers_as_times", "day_order_ambiguous"} or note.column in kept
    )
    return replace(reading, columns=columns, notes=notes, time_column=find_time_column(columns))


def _settled(column: FoundColumn, kind: str) -> FoundColumn:
    plain = replace(column, type=kind, time=None, thousands=False)
    time = column.time
    if kind == "datetime":
        return replace(plain, time=time if time and time.kind in _WRITTEN else _ISO)
    if time is None or kind not in {"text", "number"}:
        return plain
    return column if (time.kind in _WRITTEN) == (kind == "text") else plain


def as_native(extracted: Extracted, options: ReadingOptions) -> Reading:
    """How to read columns that are typed already."""
    names, notes = name_columns(
        [native.name for native in extracted.natives], len(extracted.natives), guarded=False
    )
    cells = _cells(extracted)
    columns = tuple(
        as_chosen(
            _found(f"c{place + 1}", names[place], native, extracted.declared[place], cells[place]),
            options.choice(f"c{place + 1}"),
            cells[place],
            ".",
        )
        for place, native in enumerate(extracted.natives)
    )
    return Reading(
        encoding="utf-8",
        bom=0,
        delimiter=",",
        quote='"',
        decimal=".",
        header=False,
        columns=columns,
        time_column=find_time_column(columns),
        leave_out_bad_times=options.leave_out_bad_times,
        zone=options.zone or "",
        series=series_chosen(columns, options),
        repeated="" if options.repeated in {None, "keep"} else str(options.repeated),
        corrections=options.corrections,
        notes=tuple(notes),
    )


def _found(
    key: str, name: tuple[str, str], native: Native, declared: str, cells: Sequence[str]
) -> FoundColumn:
    kind = declared or native.type
    plain = FoundColumn(key, name[0], kind, header=name[1])
    if kind == "datetime":
        return replace(plain, time=_ISO)
    if declared:
        return plain
    guessed = describe_column(key, name, cells, ".")
    fits = guessed.time and (guessed.time.kind in _WRITTEN) == (kind == "text")
    return guessed if fits else plain


def _cells(extracted: Extracted) -> list[list[str]]:
    """The first cells of each column as text; nothing looks at them where types are known."""
    texts = ", ".join(native.text for native in extracted.natives)
    with reader() as connection:
        try:
            rows = connection.execute(
                f"SELECT {texts} FROM {extracted.table} LIMIT {_SAMPLED}"  # noqa: S608
            ).fetchall()
        except duckdb.Error as error:
            raise Refusal("damaged", kind="parquet") from error
    columns = zip(*rows, strict=True) if rows else [() for _ in extracted.natives]
    return [["" if cell is None else cell for cell in column] for column in columns]
