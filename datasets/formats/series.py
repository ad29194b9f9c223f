"""The series of a table, for formats that hold nothing else: each column of numbers is one.

In a long table each column of numbers holds one series per name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from datasets.formats.table import EMPTY, Field, Table
from datasets.refusals import Refusal


@dataclass(frozen=True)
class Values:
    """The next values of a series, in order of time; the same series may go on in the next."""

    name: str
    values: list[float | int | None]


def value_fields(table: Table, label: str) -> list[Field]:
    """The columns of numbers. Raises Refusal when there is none."""
    found = [
        field
        for field in table.fields
        if field.is_number and field.kind != EMPTY and field.key not in {table.time, table.series}
    ]
    if not found:
        raise Refusal("no_series_to_write", label=label)
    return found


def series_of(table: Table, label: str) -> Iterator[Values]:
    """All series, one after the other; one pass over the rows per column of numbers."""
    fields = value_fields(table, label)
    for field in fields:
        if not table.series:
            for block in table.blocks([field]):
                yield Values(field.name, block.column(0).to_pylist())
            continue
        names = table.field(table.series)
        suffix = f" / {field.name}" if len(fields) > 1 else ""
        for block in table.blocks([names, field]):
            yield from _runs(block.column(0).to_pylist(), block.column(1).to_pylist(), suffix)


def _runs(names: list[object], values: list[float | int | None], suffix: str) -> Iterator[Values]:
    start = 0
    for place in range(1, len(names) + 1):
        if place == len(names) or names[place] != names[start]:
            name = "" if names[start] is None else str(names[start])
            yield Values(name + suffix, values[start:place])
            start = place
