"""Wide or long, and in which order the rows stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from datasets.building.duck import first_row, literal, parquet, parquet_options
from datasets.formats.csv.typed import FIELD, RECORD
from datasets.sniffing.reading import FoundColumn, Reading

_SERIES_NAMES = frozenset(
    {
        "unique_id", "id", "series", "series_id", "item", "item_id", "store", "store_id", "sensor",
        "sensor_id", "name", "key", "symbol", "ticker", "region", "country", "product", "sku",
        "station", "site", "meter", "device", "metric", "city", "shop", "department", "group",
    }
)  # fmt: skip
# More distinct values than this share of the rows: not a name of series.
_MOST_DISTINCT = 0.5
# Fewer repeated times than this share of the rows: only a column called so names series.
_FEWEST_REPEATED = 0.05
Connection = duckdb.DuckDBPyConnection


@dataclass(frozen=True)
class Layout:
    """Which column names the series ("" for a wide table), and whether rows must be sorted."""

    series_column: str
    is_sorted: bool
    # Did time step back within a series of the file? Only then is sorting worth a word.
    steps_back: int


def find_layout(connection: Connection, table: Path, reading: Reading) -> Layout:
    """Judge all rows of `table`."""
    time = reading.time_column
    if not time:
        return Layout("", is_sorted=True, steps_back=0)
    rising, repeats, back = _order(connection, table, time)
    if reading.series:
        return _long(connection, table, time, reading.series, back=back)
    if rising:
        return Layout("", is_sorted=True, steps_back=0)
    if not repeats and not back:
        # Some rows have no time; the others rise, so nothing says that there are several series.
        return Layout("", is_sorted=False, steps_back=0)
    series = "" if reading.series == "" else _series_column(connection, table, reading)
    if not series:
        return Layout("", is_sorted=back == 0, steps_back=back)
    return _long(connection, table, time, series, back=back)


def _long(connection: Connection, table: Path, time: str, series: str, *, back: int) -> Layout:
    out_of_place, stepping = _long_order(connection, table, time, series)
    time_major = back == 0
    return Layout(series, is_sorted=not out_of_place, steps_back=0 if time_major else stepping)


def sort_rows(
    connection: Connection, source: Path, target: Path, reading: Reading, layout: Layout
) -> None:
    """Copy `source` to `target` by series and time; `_row` keeps the place each row had.

    Rows without a time stay behind when the reading says so.
    """
    keys = [key for key in (layout.series_column, reading.time_column) if key]
    order = ", ".join([*(f"{key} NULLS LAST" for key in keys), "file_row_number"])
    connection.execute(
        f"COPY (SELECT * EXCLUDE (file_row_number), file_row_number AS _row "  # noqa: S608
        f"FROM {parquet(source, numbered=True)} WHERE {_stays(reading)} "
        f"ORDER BY {order}) "
        f"TO {literal(str(target))} {parquet_options(len(reading.columns))}"
    )


def _stays(reading: Reading) -> str:
    """True for rows that no unreadable cell costs their place."""
    tests = ["true"]
    if reading.time_column and reading.leave_out_bad_times:
        tests.append(f"{reading.time_column} IS NOT NULL")
    marks = f"'{RECORD}' || coalesce(_unread, '')"
    tests += [
        f"NOT contains({marks}, '{RECORD}{column.key}{FIELD}')"
        for column in reading.kept
        if column.failing == "leave_out"
    ]
    return " AND ".join(tests)


def _order(connection: Connection, table: Path, time: str) -> tuple[bool, int, int]:
    """Return (strictly rising without holes, repeats, steps back) of the times in file order."""
    missing, same, back = first_row(
        connection,
        f"SELECT count(*) FILTER (t IS NULL), count(*) FILTER (t = before), "  # noqa: S608
        f"count(*) FILTER (t < before) FROM "
        f"(SELECT {time} AS t, lag({time}) OVER () AS before FROM {parquet(table)})",
    )
    return missing + same + back == 0, same, back


def _long_order(connection: Connection, table: Path, time: str, series: str) -> tuple[int, int]:
    """Return (rows out of series-then-time order, steps back in time within a series)."""
    out_of_place, stepping = first_row(
        connection,
        f"SELECT count(*) FILTER (s < before_s OR (s = before_s AND t < before_t)), "  # noqa: S608
        f"count(*) FILTER (s = before_s AND t < before_t) FROM "
        f"(SELECT {series} AS s, {time} AS t, lag({series}) OVER () AS before_s, "
        f"lag({time}) OVER () AS before_t FROM {parquet(table)})",
    )
    return out_of_place, stepping


def _series_column(connection: Connection, table: Path, reading: Reading) -> str:
    """The column under which no time occurs twice, or nearly; "" when there is none."""
    candidates = [column for column in reading.kept if _may_name_series(column)]
    if not candidates:
        return ""
    time = reading.time_column
    counts = ", ".join(
        f"approx_count_distinct({column.key}), count({column.key})" for column in candidates
    )
    rows, times, *counted = first_row(
        connection,
        f"SELECT count({time}), count(DISTINCT {time}), {counts} FROM {parquet(table)}",  # noqa: S608
    )
    best, fewest = "", 0.9 * (rows - times)
    # A few repeated times, as where clocks are put back, make no long table of any words.
    is_long = rows - times > _FEWEST_REPEATED * rows
    for place, column in enumerate(candidates):
        if not (is_long or _is_series_name(column.name)):
            continue
        distinct, filled = counted[2 * place], counted[2 * place + 1]
        if distinct < 2 or filled < rows or distinct > max(_MOST_DISTINCT * rows, 1):
            continue
        repeated = _repeated(connection, table, time, column.key, rows)
        if repeated < fewest or (repeated == fewest == 0 and not best):
            best, fewest = column.key, repeated
    return best


def _may_name_series(column: FoundColumn) -> bool:
    if column.role:
        return False
    if column.type in {"text", "boolean"}:
        return column.type == "text"
    return column.type == "number" and _is_series_name(column.name)


def _is_series_name(name: str) -> bool:
    return name.strip().lower().replace(" ", "_") in _SERIES_NAMES


def _repeated(connection: Connection, table: Path, time: str, series: str, rows: int) -> int:
    (distinct,) = first_row(
        connection,
        f"SELECT count(*) FROM (SELECT DISTINCT {series}, {time} FROM {parquet(table)} "  # noqa: S608
        f"WHERE {time} IS NOT NULL)",
    )
    return rows - int(distinct)


def series_table(
    connection: Connection, table: Path, reading: Reading, series: str
) -> Sequence[tuple[str, int, str | None, str | None]]:
    """(name, rows, first time, last time) per series, in the order of the sorted file."""
    time = reading.time_column
    return connection.execute(
        f"SELECT CAST({series} AS VARCHAR), count(*), CAST(min({time}) AS VARCHAR), "  # noqa: S608
        f"CAST(max({time}) AS VARCHAR) FROM {parquet(table)} GROUP BY {series} "
        f"ORDER BY {series} NULLS LAST"
    ).fetchall()
