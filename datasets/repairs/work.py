"""The rows that a recipe works on: a DuckDB table in order of series and time.

Numbers leave it as numpy arrays, column by column, and come back the same way, so that memory is
bounded by one column. The hidden column _from says which row of the version each row was.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from datasets.building.duck import literal, parquet, parquet_options
from datasets.building.finish import FROM, ZONED
from forecasting.engine.frequency import Frequency

Floats = NDArray[np.float64]
Times = NDArray[np.datetime64]
NUMBER, TEXT, TIME, BOOLEAN = "number", "text", "datetime", "boolean"
SQL_TYPES = {NUMBER: "DOUBLE", TEXT: "VARCHAR", TIME: "TIMESTAMP", BOOLEAN: "BOOLEAN"}
_MOST_PLACES = 20
# A query that joins more columns than this is too deep for the database.
_GATHERED = 250


@dataclass(frozen=True)
class WorkColumn:
    """A column on its way: `kind` is number, text, datetime or boolean."""

    key: str
    name: str
    kind: str
    role: str


@dataclass(frozen=True)
class Place:
    """Where a step did something: rows `first…last` of the table after it."""

    column: str
    series: str
    first: int
    last: int


@dataclass
class Outcome:
    """What a step did, in counts, and where."""

    counts: dict[str, int] = field(default_factory=dict)
    places: list[Place] = field(default_factory=list)

    def add(self, **counts: int) -> Outcome:
        """Add to the counts; zeros are left out."""
        for name, count in counts.items():
            if count:
                self.counts[name] = self.counts.get(name, 0) + int(count)
        return self


@dataclass
class Work:
    """The table, its columns and what is known of its clock."""

    connection: duckdb.DuckDBPyConnection
    columns: list[WorkColumn]
    time: str = ""
    series: str = ""
    frequency: Frequency | None = None
    # The clock by which people read the times, which are UTC then; "" where they are as written.
    zone: str = ""
    next_key: int = 1
    number: int = 0
    kept: set[str] = field(default_factory=set)
    # Columns that were put and stand in tables of their own until the rows are needed together.
    aside: dict[str, str] = field(default_factory=dict)
    puts: int = 0

    @property
    def table(self) -> str:
        """The name of the table now, whole."""
        if self.aside:
            self._gather()
        return f"t{self.number}"

    @property
    def rows(self) -> int:
        """How many rows there are now."""
        return int(self.row(f"SELECT count(*) FROM {self.table}")[0])  # noqa: S608

    def row(self, sql: str) -> tuple[Any, ...]:
        """The only row of a query."""
        (found,) = self.connection.execute(sql).fetchall()
        return tuple(found)

    def do(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Run a statement to its end; an unfinished one would block the next."""
        self.connection.execute(sql, list(parameters)).fetchall()

    def column(self, key: str) -> WorkColumn:
        """The column with this key; KeyError when there is none."""
        for column in self.columns:
            if column.key == key:
                return column
        raise KeyError(key)

    def become(self, select: str, parameters: Sequence[Any] = ()) -> None:
        """Replace the table by the rows of a query over {table}."""
        old, self.number = self.table, self.number + 1
        self.do(f"CREATE TABLE {self.table} AS {select.replace('{table}', old)}", parameters)
        if old not in self.kept:
            self.do(f"DROP TABLE {old}")

    def keep(self) -> str:
        """Keep the table as it is now beside the next ones; returns its name."""
        self.kept.add(self.table)
        return self.table

    @property
    def order(self) -> str:
        """The order of the rows."""
        keys = [key for key in (self.series, self.time) if key]
        return ", ".join([*(f"{key} NULLS LAST" for key in keys), f"{FROM} NULLS LAST"])

    def numbers(self, key: str, table: str = "") -> Floats:
        """All numbers of a column in order of the rows; NaN is missing."""
        place, name = (f"t{self.number}", key) if not table else (table, key)
        if not table and key in self.aside:
            place, name = self.aside[key], "v"
        arrays = self.connection.execute(
            f"SELECT coalesce({name}, 'nan'::DOUBLE) AS v FROM {place}"  # noqa: S608
        ).fetchnumpy()
        return np.asarray(arrays["v"], dtype=np.float64)

    def times(self, table: str = "") -> Times:
        """All times in order of the rows (microseconds); NaT is missing."""
        arrays = self.connection.execute(
            f"SELECT {self.time} AS t FROM {table or self.table}"  # noqa: S608
        ).fetchnumpy()
        times = np.ma.filled(np.ma.asarray(arrays["t"]), np.datetime64("NaT"))
        return times.astype("datetime64[us]")

    def spans(self) -> list[tuple[str, int, int]]:
        """(series, first row, row after its last with a time)."""
        filled = f"count({self.time})" if self.time else "count(*)"
        if not self.series:
            return [("", 0, int(self.row(f"SELECT {filled} FROM {self.table}")[0]))]  # noqa: S608
        rows = self.connection.execute(
            f"SELECT CAST({self.series} AS VARCHAR), min(rowid), {filled} FROM {self.table} "  # noqa: S608
            f"WHERE {self.series} IS NOT NULL GROUP BY {self.series} ORDER BY 2"
        ).fetchall()
        return [(name, int(first), int(first) + int(count)) for name, first, count in rows]

    def put(self, changes: dict[str, Any]) -> None:
        """Replace whole columns by arrays `[rows]`, or add them; NaN and None are missing."""
        for key, values in changes.items():
            self.puts += 1
            name = f"a{self.puts}"
            self.connection.register("put", pa.table({"v": _arrow(values)}))
            self.do(f"CREATE TABLE {name} AS SELECT v FROM put")  # noqa: S608
            self.connection.unregister("put")
            if key in self.aside:
                self.do(f"DROP TABLE {self.aside[key]}")
            self.aside[key] = name

    def _gather(self) -> None:
        """Bring the columns that stand aside into the table, many at once."""
        every, self.aside = list(self.aside.items()), {}
        for start in range(0, len(every), _GATHERED):
            self._join(dict(every[start : start + _GATHERED]))

    def _join(self, aside: dict[str, str]) -> None:
        rows = self.connection.execute(f"DESCRIBE t{self.number}").fetchall()
        known = {row[0] for row in rows}
        replaced = ", ".join(f"{name}.v AS {key}" for key, name in aside.items() if key in known)
        added = "".join(f", {name}.v AS {key}" for key, name in aside.items() if key not in known)
        star = f"t.* REPLACE ({replaced})" if replaced else "t.*"
        joined = "".join(f" POSITIONAL JOIN {name}" for name in aside.values())
        self.become(f"SELECT {star}{added} FROM {{table}} t{joined}")  # noqa: S608
        for name in aside.values():
            self.do(f"DROP TABLE {name}")

    def add_column(self, name: str, kind: str, role: str) -> str:
        """Name a new column; returns its key, under which the values must be put."""
        key = f"c{self.next_key}"
        self.next_key += 1
        taken = {column.name for column in self.columns}
        free, number = name, 2
        while free in taken:
            free, number = f"{name} {number}", number + 1
        self.columns.append(WorkColumn(key, free, kind, role))
        return key

    def change(self, key: str, **changes: Any) -> None:
        """Change what is known of a column."""
        self.columns = [
            replace(column, **changes) if column.key == key else column for column in self.columns
        ]

    def drop(self, keys: Iterable[str]) -> None:
        """Remove columns."""
        gone = set(keys)
        self.columns = [column for column in self.columns if column.key not in gone]
        self.become(f"SELECT * EXCLUDE ({', '.join(sorted(gone))}) FROM {{table}}")  # noqa: S608

    def write(self, target: Path) -> None:
        """Write the rows as a Parquet file for `make_version`."""
        keys = ", ".join([*(column.key for column in self.columns), ZONED, FROM])
        self.do(
            f"COPY (SELECT {keys} FROM {self.table}) TO {literal(str(target))} "  # noqa: S608
            f"{parquet_options(len(self.columns))}"
        )


def load(
    work: Work, table: Path, helpers: set[str], part: str = "", *, converted: bool = False
) -> None:
    """Read the rows of a version's file into the first table.

    `converted` says that times which named no zone were made UTC, so that all of them are.
    """
    keys = ", ".join(column.key for column in work.columns)
    zoned = ZONED if ZONED in helpers and not converted else f"{str(converted).lower()} AS {ZONED}"
    work.do(
        f"CREATE TABLE {work.table} AS SELECT {keys}, {zoned}, "  # noqa: S608
        f"file_row_number AS {FROM} FROM {parquet(table, numbered=True)}{part}"
    )


def _arrow(values: Any) -> pa.Array:
    array = np.asarray(values)
    if array.dtype.kind == "f":
        return pa.array(array, mask=np.isnan(array))
    return pa.array(array.astype("datetime64[us]") if array.dtype.kind == "M" else array)


def compare(before: Floats, after: Floats) -> dict[str, int]:
    """How many values were changed, filled and emptied."""
    was, now = ~np.isnan(before), ~np.isnan(after)
    return {
        "values_changed": int((was & now & (before != after)).sum()),
        "values_filled": int((~was & now).sum()),
        "values_emptied": int((was & ~now).sum()),
    }


def places_of(
    column: str, spans: list[tuple[str, int, int]], flags: NDArray[np.bool_]
) -> list[Place]:
    """The stretches of flagged rows, series by series, the first ones."""
    found: list[Place] = []
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    starts = np.array([first for _, first, _ in spans])
    for first, end in edges.reshape(-1, 2).tolist():
        at = int(np.searchsorted(starts, first, side="right")) - 1
        last = min(end, spans[at][2]) - 1 if at >= 0 else end - 1
        found.append(Place(column, spans[max(at, 0)][0], first, max(first, last)))
        if len(found) == _MOST_PLACES:
            break
    return found
