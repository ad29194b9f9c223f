"""M4's wide form: a series a row, its name first, without dates; short rows are padded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from pathlib import Path

from datasets.building.duck import first_row
from datasets.formats.csv.writing import quoted
from datasets.formats.guards import harmless
from datasets.formats.series import Values, series_of, value_fields
from datasets.formats.table import Table

_LABEL = "M4"


def write(
    table: Table, target: Path, chosen: Mapping[str, str], on_share: Callable[[float], None]
) -> None:
    """Write every series that holds a value; the rest could not be read back."""
    width = _longest(table)
    total = max(table.rows * len(value_fields(table, _LABEL)), 1)
    done = 0
    with target.open("w", encoding="utf-8", newline="") as file:
        file.write(",".join(f"V{place}" for place in range(1, width + 2)) + "\n")
        for name, values in _whole(series_of(table, _LABEL)):
            done += len(values)
            while values and values[-1] is None:
                values.pop()
            if values:
                cells = ",".join("" if value is None else repr(value) for value in values)
                padding = "," * (width - len(values))
                file.write(f"{quoted(harmless(name))},{cells}{padding}\n")
            on_share(done / total)


def _whole(pieces: Iterator[Values]) -> Iterator[tuple[str, list[float | int | None]]]:
    for name, parts in groupby(pieces, key=lambda piece: piece.name):
        yield name, [value for part in parts for value in part.values]


def _longest(table: Table) -> int:
    """Values of the longest series."""
    if not table.series:
        return table.rows
    with table.connect() as connection:
        (longest,) = first_row(
            connection,
            f"SELECT max(n) FROM (SELECT count(*) AS n FROM {table.source} "  # noqa: S608
            f"GROUP BY {table.series})",
        )
    return int(longest)
