"""Chart data: as many points as a chart has pixels, from files of any size."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from django.utils.translation import gettext
from numpy.typing import NDArray
from tsdownsample import MinMaxLTTBDownsampler, NaNMinMaxLTTBDownsampler

from datasets import storage
from datasets.building.build import LEVELS
from datasets.building.duck import parquet
from datasets.building.levels import BUCKET, FACTOR, RAW_ROWS, level_name
from datasets.building.readers import reader
from datasets.models import Version
from datasets.problems import DatasetProblem

Times = NDArray[np.datetime64]
Floats = NDArray[np.float64]
_WIDEST = 4000
# Buckets per pixel of the level that is read: the shape is chosen among twice as many points.
_BUCKETS_PER_PIXEL = 4


@dataclass(frozen=True)
class Range:
    """What a chart shows: times `[n]` (microseconds), values `[n]` (NaN is missing).

    `points_total` counts the rows of the range; `exact` says that all of them are here.
    """

    x: Times
    y: Floats
    points_total: int
    exact: bool

    @property
    def ends(self) -> tuple[datetime, datetime] | None:
        """The first and the last time; None without times."""
        if self.x.dtype.kind != "M" or not len(self.x):
            return None
        first, last = (self.x[[0, -1]].astype("datetime64[us]")).tolist()
        return first, last

    def json(self) -> dict[str, Any]:
        """As JSON: ISO times, None for missing."""
        values = [None if np.isnan(value) else value for value in self.y.tolist()]
        x: list[Any] = self.x.tolist()
        if self.x.dtype.kind == "M":
            x = np.datetime_as_string(self.x.astype("datetime64[ms]")).tolist()
        return {"x": x, "y": values, "total": self.points_total, "exact": self.exact}


def range_data(
    version: Version,
    column: str,
    *,
    series: str | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
    width: int = 1000,
) -> Range:
    """Points of one column between two times, at most about two for each of `width` pixels.

    Without a time column x counts rows. A long version needs `series`; without it the first one
    is taken. Raises DatasetProblem when the column holds no numbers.
    """
    wanted = _column(version, column)
    pixels = max(50, min(width, _WIDEST))
    table = parquet(storage.local_copy(version.file_key), numbered=True)
    with reader() as connection:
        first, last = _rows_between(connection, table, version, series, (start, end))
        count = max(0, last - first)
        if count <= RAW_ROWS:
            x, y = _raw(connection, table, version, wanted, (first, last))
        else:
            x, y = _from_levels(connection, table, version, wanted, (first, last, pixels))
    if count <= 2 * pixels:
        return Range(x, y, count, exact=True)
    return Range(*_thinned(x, y, 2 * pixels), count, exact=False)


def thinned(x: Times, y: Floats, width: int) -> Range:
    """These points, at most about two for each of `width` pixels."""
    pixels = max(50, min(width, _WIDEST))
    exact = len(x) <= 2 * pixels
    return Range(*_thinned(x, y, 2 * pixels), len(x), exact=exact)


def series_ids(version: Version, *, text: str = "", limit: int = 200) -> list[str]:
    """Names of the series of a long version, those that hold `text`; empty for a wide one."""
    if not version.series_column:
        return []
    known = version.profile.get("series") or []
    if not text and len(known) >= min(limit, int(version.profile.get("series_count") or limit)):
        # Listed when the version was made: a long table is not read for it again.
        return [one["id"] for one in known[:limit]]
    table = parquet(storage.local_copy(version.file_key))
    name = f"CAST({version.series_column} AS VARCHAR)"
    with reader() as connection:
        rows = connection.execute(
            f"SELECT DISTINCT {name} AS s FROM {table} WHERE s IS NOT NULL "  # noqa: S608
            f"AND contains(lower(s), lower(?)) ORDER BY s LIMIT ?",
            [text, limit],
        ).fetchall()
    return [row[0] for row in rows]


def _column(version: Version, key: str) -> str:
    for column in version.columns.all():
        if key in {column.key, column.name} and column.is_number:
            return column.key
    raise DatasetProblem(
        gettext("%(column)s is not a column of numbers here. Choose another one.")
        % {"column": key[:80]},
        code="unknown_column",
        field="column",
    )


def _rows_between(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    version: Version,
    series: str | None,
    between: tuple[datetime | None, datetime | None],
) -> tuple[int, int]:
    """The first row of the range and the one after the last; rows are sorted by series, time."""
    tests, values = _tests(version, series, between)
    if not tests:
        return 0, version.row_count
    first, last = first_row_of(
        connection,
        f"SELECT min(file_row_number), max(file_row_number) FROM {table} "  # noqa: S608
        f"WHERE {' AND '.join(tests)}",
        values,
    )
    return (0, 0) if first is None else (int(first), int(last) + 1)


def first_row_of(
    connection: duckdb.DuckDBPyConnection, sql: str, values: list[Any]
) -> tuple[Any, ...]:
    """The only row of a query with parameters."""
    row: tuple[Any, ...] | None = connection.execute(sql, values).fetchone()
    assert row is not None
    return row


def _tests(
    version: Version, series: str | None, between: tuple[datetime | None, datetime | None]
) -> tuple[list[str], list[Any]]:
    tests: list[str] = []
    values: list[Any] = []
    if version.series_column:
        listed = version.profile.get("series") or [{"id": ""}]
        tests.append(f"CAST({version.series_column} AS VARCHAR) = ?")
        values.append(listed[0]["id"] if series is None else series)
    if version.time_column:
        for test, moment in zip((">=", "<="), between, strict=True):
            if moment is not None:
                tests.append(f"{version.time_column} {test} ?")
                values.append(moment.replace(tzinfo=None))
        if version.profile.get("sorted_by_us") or tests:
            tests.append(f"{version.time_column} IS NOT NULL")
    return tests, values


def _raw(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    version: Version,
    column: str,
    rows: tuple[int, int],
) -> tuple[Times, Floats]:
    time = version.time_column or "file_row_number"
    arrays = connection.execute(
        f"SELECT {time} AS x, coalesce({column}, 'nan'::DOUBLE) AS y FROM {table} "  # noqa: S608
        f"WHERE file_row_number >= ? AND file_row_number < ?"
        + (f" AND {version.time_column} IS NOT NULL" if version.time_column else ""),
        list(rows),
    ).fetchnumpy()
    return _as_x(arrays["x"]), np.asarray(arrays["y"], dtype=np.float64)


def _as_x(array: Any) -> Times:
    """Times in microseconds; numbers of rows stay numbers."""
    plain: Times = np.asarray(array)
    return plain.astype("datetime64[us]") if plain.dtype.kind == "M" else plain


def _from_levels(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    version: Version,
    column: str,
    rows: tuple[int, int, int],
) -> tuple[Times, Floats]:
    """Lows and highs of the buckets in the range; only the times of these rows are read."""
    first, last, pixels = rows
    bucket = BUCKET
    while (last - first) / (bucket * FACTOR) >= _BUCKETS_PER_PIXEL * pixels:
        bucket *= FACTOR
    level, bucket = _level(version.file_key, column, bucket)
    part = level[:, first // bucket : -(-last // bucket)]
    places = np.concatenate([part[0], part[2]]).astype(np.int64)
    values = np.concatenate([part[1], part[3]])
    inside = (places >= first) & (places < last)
    places, order = np.unique(places[inside], return_index=True)
    return _times_at(connection, table, version, places), values[inside][order]


def _level(file_key: str, column: str, bucket: int) -> tuple[Floats, int]:
    """The level with this bucket size or, if the file is too small for it, the next finer one."""
    folder = file_key.rpartition("/")[0]
    while True:
        try:
            path = storage.local_copy(f"{folder}/{LEVELS}/{level_name(column, bucket)}")
            return _load(path), bucket
        except FileNotFoundError:
            if bucket == BUCKET:
                raise
            bucket //= FACTOR


@lru_cache(maxsize=64)
def _load(path: Path) -> Floats:
    """Levels are small and never change."""
    level: Floats = np.load(path, allow_pickle=False)
    return level


def _times_at(
    connection: duckdb.DuckDBPyConnection, table: str, version: Version, places: NDArray[np.int64]
) -> Times:
    if not version.time_column or not len(places):
        return _as_x(places)
    arrays = connection.execute(
        f"SELECT {version.time_column} AS x FROM {table} "  # noqa: S608
        f"WHERE file_row_number >= ? AND file_row_number <= ? "
        f"AND file_row_number IN (SELECT unnest(?)) ORDER BY file_row_number",
        [int(places[0]), int(places[-1]), places.tolist()],
    ).fetchnumpy()
    return _as_x(arrays["x"])


def _thinned(x: Times, y: Floats, count: int) -> tuple[Times, Floats]:
    """MinMaxLTTB keeps the outliers and the shape; missing stretches stay visible as gaps."""
    if len(x) <= count:
        return x, y
    missing = np.isnan(y)
    if missing.all():
        return x[:: max(1, len(x) // count)], y[:: max(1, len(x) // count)]
    kind: Any = NaNMinMaxLTTBDownsampler if missing.any() else MinMaxLTTBDownsampler
    chosen = kind().downsample(np.ascontiguousarray(y), n_out=count)
    return x[chosen], y[chosen]
