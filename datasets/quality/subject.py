"""The version that is checked: its columns, its series, and its numbers piece by piece."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from datasets.building.duck import first_row, parquet
from datasets.quality.seasonal import Fit, fit
from forecasting.engine.frequency import Frequency

Floats = NDArray[np.float64]
Times = NDArray[np.datetime64]
Places = NDArray[np.int64]
# A series: its name, its first row, and the row after its last.
Span = tuple[str, int, int]
# Numbers read at a time, and columns; one series may be longer than that.
_ROWS, _COLUMNS = 1_000_000, 250
# More series than this are sampled, and the report says so.
MOST_SERIES = 5_000
_EARLIEST, _LATEST = np.datetime64("1678-01-01", "us"), np.datetime64("2262-01-01", "us")
NUMBERS = frozenset({"integer", "float"})


@dataclass(frozen=True)
class Facts:
    """A column as far as checks care."""

    key: str
    name: str
    type: str
    role: str
    missing: int
    stats: dict[str, Any]

    @property
    def is_value(self) -> bool:
        """Numbers that a chart or a forecast may use."""
        return self.type in NUMBERS and self.role in {"target", "known", "past"}


@dataclass(frozen=True)
class Piece:
    """The numbers of one column in one series, in order of time."""

    series: str
    first: int
    values: Floats
    times: Times | None
    places: Places
    cycles: tuple[int, ...]

    @cached_property
    def fit(self) -> Fit:
        """What the season and the level let expect."""
        return fit(self.values, self.places, self.cycles)

    def at(self, row: int) -> str:
        """The time of a row as text, or its number where there is no time."""
        if self.times is None:
            return str(self.first + row + 1)
        return str(self.times[row].astype("datetime64[s]")).replace("T", " ")

    def runs(self, flags: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
        """First and last row of every stretch of flags."""
        edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
        for start, end in edges.reshape(-1, 2).tolist():
            yield start, end - 1


@dataclass
class Subject:
    """A finished file with what is known of it."""

    connection: duckdb.DuckDBPyConnection
    table: Path
    rows: int
    columns: list[Facts]
    time: str = ""
    series: str = ""
    frequency: Frequency | None = None
    profile: dict[str, Any] = field(default_factory=dict)
    sampled: dict[str, int] = field(default_factory=dict)

    @property
    def source(self) -> str:
        """The table function of the file, with row numbers."""
        return parquet(self.table, numbered=True)

    @property
    def values(self) -> list[Facts]:
        """Columns that a forecast may use."""
        return [column for column in self.columns if column.is_value]

    def row(self, sql: str) -> tuple[Any, ...]:
        """The only row of a query."""
        return tuple(first_row(self.connection, sql))

    def all(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query with few of them."""
        return self.connection.execute(sql).fetchall()

    @property
    def helpers(self) -> set[str]:
        """Names of all columns of the file, the hidden ones too."""
        return {row[0] for row in self.all(f"DESCRIBE SELECT * FROM {parquet(self.table)}")}  # noqa: S608

    @cached_property
    def spans(self) -> list[Span]:
        """(series, first row, row after the last), those without a time left out at the end."""
        if not self.series:
            filled = self.rows
            if self.time:
                (filled,) = self.row(f"SELECT count({self.time}) FROM {self.source}")  # noqa: S608
            return [("", 0, int(filled))]
        rows = self.all(
            f"SELECT CAST({self.series} AS VARCHAR), min(file_row_number), count({self.time}) "  # noqa: S608
            f"FROM {self.source} WHERE {self.series} IS NOT NULL GROUP BY {self.series} ORDER BY 2"
        )
        spans = [(name, int(first), int(first) + int(count)) for name, first, count in rows]
        if len(spans) <= MOST_SERIES:
            return spans
        self.sampled = {"series": MOST_SERIES, "of": len(spans)}
        chosen = np.linspace(0, len(spans) - 1, MOST_SERIES).astype(int)
        return [spans[place] for place in chosen]

    @cached_property
    def stretches(self) -> list[list[Span]]:
        """The series in groups of about so many rows as are read at a time."""
        return list(self._groups())

    def pieces(self, stretch: list[Span], columns: Iterable[Facts]) -> Iterator[list[Piece]]:
        """Column by column the series of a stretch; their times are read once."""
        first, last = stretch[0][1], stretch[-1][2]
        times = self._times(first, last)
        clocks = []
        for _, start, end in stretch:
            part = times[start - first : end - first] if times is not None else None
            clocks.append((part, *self._places(part, end - start)))
        for values in self._values([column.key for column in columns], first, last):
            yield [
                Piece(name, start, values[start - first : end - first], *clock)
                for (name, start, end), clock in zip(stretch, clocks, strict=True)
            ]

    def _groups(self) -> Iterator[list[Span]]:
        group: list[Span] = []
        for span in self.spans:
            if group and span[2] - group[0][1] > _ROWS:
                yield group
                group = []
            if span[2] > span[1]:
                group.append(span)
        if group:
            yield group

    def _values(self, keys: list[str], first: int, last: int) -> Iterator[Floats]:
        """The numbers of each column; many short columns are read at once."""
        together = min(max(_ROWS // (last - first), 1), _COLUMNS)
        for start in range(0, len(keys), together):
            some = keys[start : start + together]
            wanted = ", ".join(f"coalesce({key}, 'nan'::DOUBLE) AS {key}" for key in some)
            read = self._read(wanted, first, last)
            for key in some:
                yield np.asarray(read.pop(key), dtype=np.float64)

    def _times(self, first: int, last: int) -> Times | None:
        if not self.time:
            return None
        times = np.ma.asarray(self._read(self.time, first, last)[self.time])
        return np.ma.filled(times, np.datetime64("NaT")).astype("datetime64[us]", copy=False)

    def _read(self, wanted: str, first: int, last: int) -> dict[str, Any]:
        return self.connection.execute(
            f"SELECT {wanted} FROM {self.source} "  # noqa: S608
            f"WHERE file_row_number >= {first} AND file_row_number < {last}"
        ).fetchnumpy()

    def _places(self, times: Times | None, count: int) -> tuple[Places, tuple[int, ...]]:
        """Steps since the first row, and how long the cycles are; row numbers without a clock."""
        rows = np.arange(count, dtype=np.int64)
        if self.frequency is None or times is None or not count:
            return rows, ()
        if not (times[0] > _EARLIEST and times[-1] < _LATEST):
            return rows, self.frequency.season_lengths
        places, _ = self.frequency.positions(times[:1], times)
        if places[-1] > 4 * count + 1000:
            # Mostly gaps: a grid of all steps would be mostly empty.
            return rows, ()
        return places, self.frequency.season_lengths
