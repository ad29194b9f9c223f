"""The data grid: one page of rows, sorted and filtered by DuckDB on our own Parquet file.

People never write SQL here: columns are our own keys, values are parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

import duckdb
from django.utils.translation import gettext

from datasets import storage
from datasets.building.duck import connect, parquet
from datasets.models import Column, Version
from datasets.problems import DatasetProblem
from datasets.sniffing.cells import FALSE_WORDS, TRUE_WORDS

OPERATORS = (
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "between",
    "contains",
    "starts",
    "missing",
    "present",
)
_COMPARED = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_LARGEST_PAGE = 500
_LONGEST_CELL = 500


@dataclass(frozen=True)
class Filter:
    """One test on one column; `other` is the upper end of `between`."""

    column: str
    operator: str
    value: str = ""
    other: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `c2:lt:10` or `c2:between:1..5`. Raises DatasetProblem when it is neither."""
        column, _, rest = text.partition(":")
        operator, _, value = rest.partition(":")
        if not column or operator not in OPERATORS:
            raise DatasetProblem(
                gettext("%(filter)s is not a filter. Write column:operator:value, as in c2:lt:10.")
                % {"filter": text[:80]},
                code="bad_filter",
                field="filter",
            )
        low, dots, high = value.partition("..") if operator == "between" else (value, "", "")
        return cls(column, operator, low, high if dots else "")

    def __str__(self) -> str:
        value = f"{self.value}..{self.other}" if self.operator == "between" else self.value
        return f"{self.column}:{self.operator}:{value}"


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


def page(
    version: Version,
    *,
    number: int = 1,
    size: int = 100,
    sort: str = "",
    filters: Sequence[Filter] = (),
    text: str = "",
) -> Page:
    """One page of `version`. `sort` is a key, with a minus in front for descending.

    Raises DatasetProblem naming the column or value that cannot be used.
    """
    columns = list(version.columns.all())
    size = max(1, min(size, _LARGEST_PAGE))
    tests, values = _tests(columns, filters, text)
    table = parquet(storage.local_copy(version.file_key), numbered=True)
    with connect() as connection:
        total = _total(connection, table, version, (tests, values))
        number = max(1, min(number, -(-total // size)))
        span = (size * (number - 1), size)
        places = _places(connection, table, _order(columns, sort), (tests, values), (span, total))
        found = _rows(connection, table, columns, places)
    return Page(
        columns=columns,
        rows=[_cells(columns, found[place]) for place in places],
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


def _total(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    version: Version,
    where: tuple[list[str], list[Any]],
) -> int:
    tests, values = where
    if not tests:
        return version.row_count
    row = connection.execute(
        f"SELECT count(*) FROM {table} WHERE {' AND '.join(tests)}",  # noqa: S608
        values,
    ).fetchone()
    assert row is not None
    return int(row[0])


def _places(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    order: tuple[str, bool],
    where: tuple[list[str], list[Any]],
    part: tuple[tuple[int, int], int],
) -> list[int]:
    """Which rows stand on the page, in order; only sort and filter columns are read for it."""
    (skipped, size), total = part
    tests, values = where
    key, descending = order
    if not key and not tests:
        return list(range(skipped, min(skipped + size, total)))
    # The back half is reached from the end, so that no sort keeps more than half of the rows.
    from_end = skipped > total // 2
    if from_end:
        size = min(size, total - skipped)
        skipped = total - skipped - size
    turned = descending != from_end
    direction = "DESC" if turned else "ASC"
    # Missing cells stand last in either direction.
    missing = "FIRST" if from_end else "LAST"
    rows = f"file_row_number {'DESC' if from_end else 'ASC'}"
    by = f"{key} {direction} NULLS {missing}, {rows}" if key else rows
    condition = f"WHERE {' AND '.join(tests)} " if tests else ""
    found = connection.execute(
        f"SELECT file_row_number FROM {table} {condition}"  # noqa: S608
        f"ORDER BY {by} LIMIT {size} OFFSET {skipped}",
        values,
    ).fetchall()
    places = [int(row[0]) for row in found]
    return places[::-1] if from_end else places


def _rows(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    columns: Sequence[Column],
    places: Sequence[int],
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
    """Long texts are cut for the grid; the whole cell is in the export."""
    if column.type in {Column.Type.TEXT, Column.Type.CATEGORY}:
        return f"CAST({column.key} AS VARCHAR)[1:{_LONGEST_CELL}]"
    return column.key


def _cells(columns: Sequence[Column], cells: Sequence[Any]) -> list[Any]:
    return [
        int(cell) if column.type == Column.Type.INTEGER and cell is not None else cell
        for column, cell in zip(columns, cells, strict=True)
    ]


def _order(columns: Sequence[Column], sort: str) -> tuple[str, bool]:
    """Return (key, descending); ("", False) is the order of the file."""
    if not sort:
        return "", False
    descending, key = sort.startswith("-"), sort.removeprefix("-")
    return _column(columns, key).key, descending


def _column(columns: Sequence[Column], key: str) -> Column:
    for column in columns:
        if column.key == key:
            return column
    raise DatasetProblem(
        gettext("There is no column %(column)s here. Choose one of the table.")
        % {"column": key[:80]},
        code="unknown_column",
        field="column",
    )


def _tests(
    columns: Sequence[Column], filters: Sequence[Filter], text: str
) -> tuple[list[str], list[Any]]:
    tests: list[str] = []
    values: list[Any] = []
    for wanted in filters:
        test, given = _test(_column(columns, wanted.column), wanted)
        tests.append(test)
        values += given
    if text.strip():
        test, given = _text_test(columns, text.strip())
        tests.append(test)
        values += given
    return tests, values


def _test(column: Column, wanted: Filter) -> tuple[str, list[Any]]:
    key = column.key
    if wanted.operator in {"missing", "present"}:
        return f"{key} IS {'NOT ' if wanted.operator == 'present' else ''}NULL", []
    if wanted.operator in {"contains", "starts"}:
        name = "contains" if wanted.operator == "contains" else "starts_with"
        return f"{name}(lower(CAST({key} AS VARCHAR)), lower(?))", [wanted.value]
    if wanted.operator == "between":
        low, high = _value(column, wanted.value), _value(column, wanted.other)
        return f"{key} BETWEEN ? AND ?", [low, high]
    return f"{key} {_COMPARED[wanted.operator]} ?", [_value(column, wanted.value)]


def _text_test(columns: Sequence[Column], text: str) -> tuple[str, list[Any]]:
    """Find a value anywhere: inside texts, or as a whole number or time."""
    tests: list[str] = []
    values: list[Any] = []
    for column in columns:
        if column.type in {Column.Type.TEXT, Column.Type.CATEGORY}:
            tests.append(f"contains(lower({column.key}), lower(?))")
            values.append(text)
        elif column.is_number and _is_float(text):
            tests.append(f"{column.key} = ?")
            values.append(_float(text))
        elif column.type == Column.Type.DATETIME:
            tests.append(f"starts_with(CAST({column.key} AS VARCHAR), ?)")
            values.append(text)
    return (f"({' OR '.join(tests)})", values) if tests else ("false", [])


def _value(column: Column, text: str) -> Any:
    read = _READERS.get(column.type, str)
    try:
        return read(text)
    except ValueError as error:
        raise DatasetProblem(
            gettext('"%(value)s" does not fit the column %(column)s. Enter %(wanted)s.')
            % {"value": text[:80], "column": column.name, "wanted": _wanted(column)},
            code="bad_filter",
            field="value",
        ) from error


def _wanted(column: Column) -> str:
    if column.is_number:
        return gettext("a number, such as 12.5")
    if column.type == Column.Type.DATETIME:
        return gettext("a date or time, such as 2026-01-31 12:00")
    return gettext("yes or no")


def _float(text: str) -> float:
    return float(text.replace(",", "").replace("−", "-"))


def _is_float(text: str) -> bool:
    try:
        _float(text)
    except ValueError:
        return False
    return True


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text.strip()).replace(tzinfo=None)


def _boolean(text: str) -> bool:
    word = text.strip().lower()
    if word in TRUE_WORDS | {"1"}:
        return True
    if word in FALSE_WORDS | {"0"}:
        return False
    raise ValueError(text)


_READERS: dict[str, Callable[[str], Any]] = {
    Column.Type.INTEGER: _float,
    Column.Type.FLOAT: _float,
    Column.Type.DATETIME: _time,
    Column.Type.BOOLEAN: _boolean,
}
