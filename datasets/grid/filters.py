"""Which rows the grid is asked for: tests on columns, and a text to find, as SQL with parameters.

People never write SQL here: columns are our own keys, values are parameters. What a column hides
cannot be guessed by sorting, comparing or finding either.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from django.utils.translation import gettext

from datasets.cells.values import is_number_text, read_cell, read_number
from datasets.models import Column
from datasets.problems import DatasetProblem

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
# These say only whether there is a value, which a hidden column may tell.
_OPEN = frozenset({"missing", "present"})
_COMPARED = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}


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


def tests_of(
    columns: Sequence[Column], filters: Sequence[Filter], text: str
) -> tuple[list[str], list[Any]]:
    """SQL conditions and their values. Raises DatasetProblem naming column or value."""
    tests: list[str] = []
    values: list[Any] = []
    for wanted in filters:
        test, given = _test(find_column(columns, wanted.column), wanted)
        tests.append(test)
        values += given
    if text.strip():
        test, given = _text_test(columns, text.strip())
        tests.append(test)
        values += given
    return tests, values


def order_of(columns: Sequence[Column], sort: str) -> tuple[str, bool]:
    """Return (key, descending); ("", False) is the order of the file."""
    if not sort:
        return "", False
    descending, key = sort.startswith("-"), sort.removeprefix("-")
    return require_open(find_column(columns, key)).key, descending


def find_column(columns: Sequence[Column], key: str) -> Column:
    """The column with this key. Raises DatasetProblem when there is none."""
    for column in columns:
        if column.key == key:
            return column
    raise DatasetProblem(
        gettext("There is no column %(column)s here. Choose one of the table.")
        % {"column": key[:80]},
        code="unknown_column",
        field="column",
    )


def require_open(column: Column) -> Column:
    """The column, unless its values are hidden: order and comparisons would give them away."""
    if column.is_masked:
        raise DatasetProblem(
            gettext(
                "%(column)s holds personal data, which stays hidden: it cannot be sorted, compared "
                "or searched. Ask whether it is missing, or change its role."
            )
            % {"column": column.name},
            code="masked",
            field="column",
        )
    return column


def _test(column: Column, wanted: Filter) -> tuple[str, list[Any]]:
    key = column.key
    if wanted.operator in _OPEN:
        return f"{key} IS {'NOT ' if wanted.operator == 'present' else ''}NULL", []
    require_open(column)
    if wanted.operator in {"contains", "starts"}:
        name = "contains" if wanted.operator == "contains" else "starts_with"
        return f"{name}(lower(CAST({column.clock.sql(key)} AS VARCHAR)), lower(?))", [wanted.value]
    if wanted.operator == "between":
        low, high = _read(column, wanted.value), _read(column, wanted.other, late=True)
        return f"{key} BETWEEN ? AND ?", [low, high]
    first, last = _read(column, wanted.value), _read(column, wanted.value, late=True)
    if first != last and wanted.operator in {"eq", "ne"}:
        # The clock shows this time twice: either is meant.
        return f"{key} {'NOT ' if wanted.operator == 'ne' else ''}IN (?, ?)", [first, last]
    value = last if wanted.operator in {"gt", "le"} else first
    return f"{key} {_COMPARED[wanted.operator]} ?", [value]


def _read(column: Column, text: str, *, late: bool = False) -> Any:
    return read_cell(column.type, column.name, text, column.clock, late=late)


def _text_test(columns: Sequence[Column], text: str) -> tuple[str, list[Any]]:
    """Find a value anywhere: inside texts, or as a whole number or the start of a time."""
    tests: list[str] = []
    values: list[Any] = []
    for column in columns:
        if column.is_masked:
            continue
        if column.type in {Column.Type.TEXT, Column.Type.CATEGORY}:
            # Text without letters is the same in capitals: no cell has to be lowered.
            plain = text.lower() == text.upper()
            lowered = f"contains(lower({column.key}), lower(?))"
            tests.append(f"contains({column.key}, ?)" if plain else lowered)
            values.append(text)
        elif column.is_number and is_number_text(text):
            tests.append(f"{column.key} = ?")
            values.append(read_number(text))
        elif column.type == Column.Type.DATETIME and text[:4].isdecimal():
            shown = column.clock.sql(column.key)
            tests.append(f"starts_with(CAST({shown} AS VARCHAR), ?)")
            values.append(text.replace("T", " ", 1))
    return (f"({' OR '.join(tests)})", values) if tests else ("false", [])
