"""The data grid: one page of rows, sorted and filtered by DuckDB on our own Parquet file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from datasets import storage
from datasets.building.duck import connect, parquet
from datasets.building.readers import reader
from datasets.cells.values import read_cell
from datasets.grid import deep_pages, remembering
from datasets.grid.filters import OPERATORS, Filter, find_column, order_of, tests_of
from datasets.masking import expression
from datasets.models import Column, Version

__all__ = [
    "OPERATORS",
    "Filter",
    "Page",
    "find_column",
    "first_row_at",
    "page",
    "preview",
    "raw_cells",
    "read_cell",
    "rows_holding",
    "value_counts",
]
_LARGEST_PAGE = 500
_LONGEST_CELL = 500
# Further from both ends it pays to find out where a page lies before anything is sorted.
_NEAR = 50_000
Where = tuple[list[str], list[Any]]
Connection = duckdb.DuckDBPyConnection


@dataclass(frozen=True)
class Page:
    """Rows as the grid shows them: cells are float, int, bool, str, datetime or None."""

    columns: list[Column]
    rows: list[list[Any]]
    row_numbers: list[int]
    total: int
    of: int
    number: int
    size: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.size))


def page(  # noqa: PLR0913 - what is asked for is told by name
    version: Version,
    *,
    number: int = 1,
    size: int = 100,
    sort: str = "",
    filters: Sequence[Filter] = (),
    text: str = "",
    keys: Sequence[str] | None = None,
) -> Page:
    """One page of `version`. `sort` is a key, with a minus in front for descending.

    `keys` chooses the columns that are read, in that order; without it all of them.
    Raises DatasetProblem naming the column or value that cannot be used.
    """
    columns = list(version.columns.all())
    chosen = columns if keys is None else [find_column(columns, key) for key in keys]
    size = max(1, min(size, _LARGEST_PAGE))
    where, order = tests_of(columns, filters, text), order_of(columns, sort)
    table = parquet(storage.local_copy(version.file_key), numbered=True)
    with reader() as connection:
        total = _total(connection, table, version, where)
        number = max(1, min(number, -(-total // size)))
        part = (size * (number - 1), min(size, max(0, total - size * (number - 1))))
        places = _places(connection, table, version, (order, where), (part, total))
        found = _rows(connection, table, chosen, places)
    return Page(
        columns=chosen,
        rows=[_cells(chosen, found[place]) for place in places],
        row_numbers=[place + 1 for place in places],
        total=total,
        of=version.row_count,
        number=number,
        size=size,
    )


def preview(version: Version, rows: int = 5, *, last: bool = False) -> Page:
    """The first rows, or the last ones."""
    pages = -(-version.row_count // rows)
    return page(version, number=pages if last else 1, size=rows)


def first_row_at(version: Version, moment: datetime) -> int:
    """The number of the first row at or after a time; the last row when there is none."""
    table = parquet(storage.local_copy(version.file_key), numbered=True)
    with reader() as connection:
        row = connection.execute(
            f"SELECT min(file_row_number) FROM {table} WHERE {version.time_column} >= ?",  # noqa: S608
            [moment],
        ).fetchone()
    assert row is not None
    return max(version.row_count, 1) if row[0] is None else int(row[0]) + 1


def raw_cells(version: Version, row: int, keys: Sequence[str]) -> dict[str, Any]:
    """The cells of one row (counted from 1) as they are stored, for editing; {} for no such row."""
    table = parquet(storage.local_copy(version.file_key), numbered=True)
    with reader() as connection:
        found = connection.execute(
            f"SELECT {', '.join(keys)} FROM {table} WHERE file_row_number = ?",  # noqa: S608
            [row - 1],
        ).fetchone()
    return dict(zip(keys, found, strict=True)) if found else {}


def rows_holding(version: Version, values: Mapping[str, Any]) -> list[int]:
    """The numbers of the rows that hold these values, two at most."""
    table = parquet(storage.local_copy(version.file_key), numbered=True)
    test = " AND ".join(f"{key} IS NOT DISTINCT FROM ?" for key in values)
    with reader() as connection:
        found = connection.execute(
            f"SELECT file_row_number FROM {table} WHERE {test} LIMIT 2",  # noqa: S608
            list(values.values()),
        ).fetchall()
    return [int(row[0]) + 1 for row in found]


def _total(connection: Connection, table: str, version: Version, where: Where) -> int:
    tests, values = where
    if not tests:
        return version.row_count

    def count() -> int:
        row = connection.execute(
            f"SELECT count(*) FROM {table} WHERE {' AND '.join(tests)}",  # noqa: S608
            values,
        ).fetchone()
        assert row is not None
        return int(row[0])

    return remembering.answer(version, "count", [tests, values], count)


def _places(
    connection: Connection,
    table: str,
    version: Version,
    asked: tuple[tuple[str, bool], Where],
    part: tuple[tuple[int, int], int],
) -> list[int]:
    """Which rows stand on the page, in order; only sort and filter columns are read for it."""
    (skipped, size), total = part
    order, (tests, values) = asked
    if not order[0] and not tests:
        return list(range(skipped, skipped + size))

    def find() -> list[int]:
        if order[0] and min(skipped, total - skipped) > _NEAR:
            asked = deep_pages.Asked(table, *order, tests, values)
            if (found := deep_pages.places(connection, asked, skipped, size)) is not None:
                return found
        return sort_all()

    def sort_all() -> list[int]:
        # The back half is reached from the end, so that no sort keeps more than half of the rows.
        from_end = skipped > total // 2
        skip = total - skipped - size if from_end else skipped
        sql = _ordered(table, order, tests, from_end=from_end)
        rows = connection.execute(f"{sql} LIMIT {size} OFFSET {skip}", values).fetchall()
        places = [int(row[0]) for row in rows]
        return places[::-1] if from_end else places

    return remembering.answer(version, "places", [order, tests, values, skipped, size], find)


def _ordered(table: str, order: tuple[str, bool], tests: Sequence[str], *, from_end: bool) -> str:
    key, descending = order
    direction = "DESC" if descending != from_end else "ASC"
    # Missing cells stand last in either direction.
    missing = "FIRST" if from_end else "LAST"
    rows = f"file_row_number {'DESC' if from_end else 'ASC'}"
    by = f"{key} {direction} NULLS {missing}, {rows}" if key else rows
    condition = f"WHERE {' AND '.join(tests)} " if tests else ""
    return f"SELECT file_row_number FROM {table} {condition}ORDER BY {by}"  # noqa: S608


def _rows(
    connection: Connection, table: str, columns: Sequence[Column], places: Sequence[int]
) -> dict[int, tuple[Any, ...]]:
    if not places:
        return {}
    wanted = ", ".join(_shown(column) for column in columns)
    found = connection.execute(
        f"SELECT file_row_number, {wanted} FROM {table} "  # noqa: S608
        f"WHERE file_row_number >= ? AND file_row_number <= ? "
        f"AND file_row_number IN (SELECT unnest(?))",
        [min(places), max(places), list(places)],
    ).fetchall()
    return {int(place): tuple(cells) for place, *cells in found}


def _shown(column: Column) -> str:
    """Hidden values stay hidden; long texts are cut for the grid, the export has them whole."""
    if column.is_masked:
        return expression(column)
    if column.type in {Column.Type.TEXT, Column.Type.CATEGORY}:
        return f"CAST({column.key} AS VARCHAR)[1:{_LONGEST_CELL}]"
    return column.key


def _cells(columns: Sequence[Column], cells: Sequence[Any]) -> list[Any]:
    return [
        int(cell) if column.type == Column.Type.INTEGER and isinstance(cell, float) else cell
        for column, cell in zip(columns, cells, strict=True)
    ]


def value_counts(version: Version, column: Column, most: int) -> list[tuple[Any, int]]:
    """The values that occur most often, hidden ones as they may be shown."""

    def count() -> list[list[Any]]:
        table = parquet(storage.local_copy(version.file_key))
        with storage.work_folder() as folder, connect(scratch=folder) as connection:
            return [
                list(row)
                for row in connection.execute(
                    f"SELECT CAST({_shown(column)} AS VARCHAR) AS value, count(*) FROM {table} "  # noqa: S608
                    f"WHERE {column.key} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {most}"
                ).fetchall()
            ]

    found = remembering.answer(version, "top", [column.key, column.is_masked, most], count)
    return [(value, int(times)) for value, times in found]
