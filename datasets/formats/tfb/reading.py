"""TFB's long CSV `date,data,cols`: blocks of equal length, one per channel, with the same dates.

It is read like any CSV; then the blocks are put side by side, so that a channel is a column.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from datasets.building.declared import as_declared
from datasets.building.duck import connect, first_row, literal, parquet
from datasets.building.opening import Opened
from datasets.building.readers import reader
from datasets.building.type_rows import type_rows
from datasets.formats.csv.convert import Converted
from datasets.formats.format import Extracted, Native, Say
from datasets.formats.tfb.widen import widen
from datasets.refusals import Refusal
from datasets.sniffing.options import AUTOMATIC, ReadingOptions
from datasets.sniffing.reading import Reading
from datasets.sniffing.sniff import HEAD_BYTES, sniff

_KINDS = {"date": "", "data": "number", "cols": "text"}


def extract(source: Path, folder: Path, options: ReadingOptions, say: Say) -> Extracted:
    """Read the blocks and put them side by side. Raises Refusal naming the row."""
    reading = _reading(source, options)
    inner = folder / "blocks"
    inner.mkdir()
    with connect(scratch=inner) as connection:
        converted, _, plan = type_rows(connection, Opened(source, reading), inner, say)
        _require_numbers(converted)
        reading = converted.reading
        (zoned,) = first_row(
            connection,
            f"SELECT coalesce(bool_or(_zoned), false) FROM {parquet(plan.target)}",  # noqa: S608
        )
    wide = folder / "wide.parquet"
    channels = widen(plan.target, wide, reading)
    if channels is None:
        kinds = tuple(_KINDS[column.name] for column in reading.columns)
        series = next(column.key for column in reading.columns if column.name == "cols")
        return Extracted(text=source, declared=kinds, starts_at=reading.first_row, series=series)
    date = next(column for column in reading.columns if column.name == "date")
    kind = date.type if date.type != "empty" else "number"
    natives = [Native("date", kind, "c1", "CAST(c1 AS VARCHAR)", zoned=bool(zoned))]
    natives += [
        Native(name, "number", f"c{place}", f"CAST(c{place} AS VARCHAR)")
        for place, name in enumerate(channels, 2)
    ]
    (rows,) = _count(wide)
    return Extracted(
        table=f"read_parquet({literal(str(wide))})",
        rows=rows,
        natives=tuple(natives),
        declared=tuple(native.type for native in natives),
        notes=tuple(note for note in (*reading.notes, *converted.notes) if not note.column),
        starts_at=reading.first_row,
    )


def _count(table: Path) -> tuple[int]:
    with reader() as connection:
        (rows,) = first_row(connection, f"SELECT count(*) FROM {parquet(table)}")  # noqa: S608
    return (int(rows),)


def _reading(source: Path, options: ReadingOptions) -> Reading:
    """The three columns; what a person decided about columns is about those of the result."""
    with source.open("rb") as file:
        head = file.read(HEAD_BYTES)
        complete = not file.read(1)
    plain = replace(
        AUTOMATIC,
        encoding=options.encoding,
        day_first=options.day_first,
        date_order=options.date_order,
        header=True,
        skip=0,
        delimiter=",",
        decimal=".",
    )
    found = sniff(head, complete=complete, options=plain)
    found = as_declared(found, [_KINDS.get(column.name, "") for column in found.columns])
    data = next(column for column in found.columns if column.name == "data")
    # A word among the numbers is refused with its row; it does not make them text.
    return found.changed(data.key, fixed=True)


def _require_numbers(converted: Converted) -> None:
    """The value of a cell that cannot be read would be lost among those that are missing."""
    for key, misfits in converted.misfits.items():
        column = converted.reading.column(key)
        if column.name == "data" and column.type == "number" and misfits.unreadable:
            row, text = misfits.examples[0]
            raise Refusal("not_a_number", row=row, column="data", text=text)
