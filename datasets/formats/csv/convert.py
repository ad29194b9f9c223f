"""Text file → typed Parquet, in one pass over all rows, every cell that did not fit counted.

What the sample promised is checked against the whole file: when a column turns out to hold
something else (leading zeros, thousands marks, the other order of day and month, mostly text),
the plan for that column changes and the file is converted again. Plans only ever widen, so this
ends.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import duckdb

from datasets.formats.csv.copying import write
from datasets.formats.csv.misfits import Misfits, guards_taken, misfits_of
from datasets.formats.csv.plan import Plan, csv_table
from datasets.formats.csv.revising import revised
from datasets.formats.format import Native
from datasets.sniffing.reading import FoundColumn, Note, Reading

_MOST_PASSES = 6
Connection = duckdb.DuckDBPyConnection


@dataclass(frozen=True)
class Converted:
    """The typed file: how it was read in the end and which cells did not fit."""

    reading: Reading
    rows: int
    misfits: dict[str, Misfits]
    notes: tuple[Note, ...]


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
        write(connection, plan, reading, lambda share: on_rows(int(share * rows)))
        misfits = misfits_of(connection, plan, reading)
        unguarded = guards_taken(misfits)
        changed = revised(reading, misfits, rows, notes)
        if changed == reading:
            break
        reading = changed
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
    quick = replace(plan, table=csv_table(plan, reading, direct), natives=natives)
    rows, notes = plan.records - int(reading.header), list[Note]()
    try:
        write(connection, quick, reading, lambda share: on_rows(int(share * rows)))
    except (duckdb.InvalidInputException, duckdb.ConversionException):
        return None
    misfits = misfits_of(connection, plan, reading)
    unguarded = guards_taken(misfits)
    if direct & misfits.keys() or revised(reading, misfits, rows, notes) != reading:
        return None
    return Converted(reading, rows, misfits, (*notes, *unguarded))


def _is_direct(column: FoundColumn, plan: Plan, reading: Reading) -> bool:
    plain = column.type in {"number", "empty"} and not column.thousands
    exact = plan.is_plain and not plan.natives and reading.decimal == "."
    return plain and exact and column.key not in reading.corrections
