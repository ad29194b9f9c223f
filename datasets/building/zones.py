"""Wall clock times of a zone become UTC; what the clock changes did is counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from datasets.building.duck import first_row, literal, parquet, parquet_options
from datasets.building.layout import Layout
from datasets.sniffing.reading import Reading

# These kinds are instants or whole days already.
_WALL_CLOCKS = frozenset({"iso", "text"})
_DAY = 86_400_000_000
_LOOKED_AT = 100_000
NEVER = "false"
Connection = duckdb.DuckDBPyConnection


@dataclass(frozen=True)
class ClockChange:
    """One change of the clocks: the wall time at which it comes, and by how much it moves."""

    wall: datetime
    forward: timedelta

    @property
    def span(self) -> tuple[datetime, datetime]:
        """The wall times that do not exist (forward), or that come twice (back)."""
        if self.forward > timedelta():
            return self.wall, self.wall + self.forward
        return self.wall + self.forward, self.wall


def clock_changes(zone: str, start: datetime, end: datetime) -> Iterator[ClockChange]:
    """The changes of `zone` between two wall clock times."""
    # A day more on both sides: no zone is further from UTC.
    for change in _changes_between(zone, _moved(start, -1), _moved(end, 1)):
        low, high = change.span
        if low <= end and high > start:
            yield change


def _moved(moment: datetime, days: int) -> datetime:
    try:
        return moment.replace(tzinfo=UTC) + timedelta(days=days)
    except OverflowError:
        return moment.replace(tzinfo=UTC)


def _changes_between(zone: str, at: datetime, last: datetime) -> Iterator[ClockChange]:
    place = ZoneInfo(zone)
    while at < last:
        then = min(at + timedelta(days=1), last)
        before, after = _offset(place, at), _offset(place, then)
        if before != after:
            low, high = at, then
            while high - low > timedelta(seconds=1):
                middle = low + (high - low) / 2
                low, high = (middle, high) if _offset(place, middle) == before else (low, middle)
            moment = high.replace(microsecond=0, tzinfo=None)
            yield ClockChange(moment + before, after - before)
        at = then


def to_utc(
    connection: Connection, table: Path, target: Path, reading: Reading, layout: Layout
) -> dict[str, Any] | None:
    """Write `table` to `target` with its times in UTC and return what the clocks did.

    None, and nothing is written, when no zone is known or whole days are counted.
    """
    found = _clock_times(connection, table, reading, layout)
    if found is None:
        return None
    start, end, descending = found
    changes = list(clock_changes(reading.zone, start, end))
    connection.execute(_conversion(table, target, reading, layout, changes, descending=descending))
    facts = _facts(connection, table, reading.time_column, layout.series_column, changes)
    return {"zone": reading.zone, "changes": len(changes), **facts}


def _offset(place: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(place).utcoffset() or timedelta()


def _clock_times(
    connection: Connection, table: Path, reading: Reading, layout: Layout
) -> tuple[datetime, datetime, bool] | None:
    """(first, last, does the file run backwards) of times of day that name no zone."""
    key = reading.time_column
    time = reading.column(key).time if key else None
    if not (reading.zone and time and time.kind in _WALL_CLOCKS):
        return None
    start, end, clocks, first, last = first_row(
        connection,
        f"SELECT min({key}), max({key}), "  # noqa: S608
        f"count(*) FILTER ({key} <> date_trunc('day', {key})), "
        f"arg_min({key}, file_row_number), arg_max({key}, file_row_number) "
        f"FROM {parquet(table, numbered=True)} WHERE NOT _zoned",
    )
    if not clocks or _usual_step(connection, table, key, layout.series_column) >= _DAY:
        return None
    return start, end, bool(first > last)


def _usual_step(connection: Connection, table: Path, key: str, series: str) -> int:
    """Microseconds between neighbours, most often; a file of days keeps its days."""
    order = f"PARTITION BY {series} ORDER BY {key}" if series else f"ORDER BY {key}"
    (step,) = first_row(
        connection,
        f"SELECT mode(step) FROM (SELECT epoch_us({key}) - epoch_us(lag({key}) OVER ({order})) "  # noqa: S608
        f"AS step FROM (SELECT * FROM {parquet(table)} LIMIT {_LOOKED_AT})) WHERE step > 0",
    )
    return int(step or 0)


def _conversion(
    table: Path,
    target: Path,
    reading: Reading,
    layout: Layout,
    changes: list[ClockChange],
    *,
    descending: bool,
) -> str:
    """Of an hour that comes twice, the first row in the file is the first hour."""
    key, zone = reading.time_column, literal(reading.zone)
    twice = _within(key, [change for change in changes if change.forward < timedelta()])
    hour = "INTERVAL 1 HOUR"
    early = f"CASE WHEN timezone({zone}, _at - {hour}) = {key} THEN _at - {hour} ELSE _at END"
    late = f"CASE WHEN timezone({zone}, _at + {hour}) = {key} THEN _at + {hour} ELSE _at END"
    by = f"{layout.series_column}, {key}" if layout.series_column else key
    order = "file_row_number DESC" if descending else "file_row_number"
    turn = f"CASE WHEN {twice} THEN row_number() OVER (PARTITION BY {by} ORDER BY {order}) END"
    utc = (
        f"CASE WHEN _zoned OR {key} IS NULL THEN {key} WHEN _turn IS NULL THEN "
        f"timezone('UTC', _at) WHEN _turn = 1 THEN timezone('UTC', {early}) "
        f"ELSE timezone('UTC', {late}) END"
    )
    return (
        f"COPY (SELECT * EXCLUDE (file_row_number, _at, _turn) REPLACE ({utc} AS {key}) FROM "  # noqa: S608
        f"(SELECT *, timezone({zone}, {key}) AS _at, {turn if twice != NEVER else 'NULL'} AS _turn "
        f"FROM {parquet(table, numbered=True)}) ORDER BY file_row_number) "
        f"TO {literal(str(target))} {parquet_options(len(reading.columns))}"
    )


def _within(key: str, changes: list[ClockChange]) -> str:
    spans = [change.span for change in changes]
    tests = [f"({key} >= TIMESTAMP '{low}' AND {key} < TIMESTAMP '{high}')" for low, high in spans]
    return f"({' OR '.join(tests)})" if tests else NEVER


def _facts(
    connection: Connection, table: Path, key: str, series: str, changes: list[ClockChange]
) -> dict[str, int]:
    """Rows in hours that the clock skips, and of the hours that come twice: kept so, or once."""
    gaps = _within(key, [change for change in changes if change.forward > timedelta()])
    (skipped,) = first_row(
        connection,
        f"SELECT count(*) FROM {parquet(table)} WHERE {gaps} AND NOT _zoned",  # noqa: S608
    )
    twice = once = 0
    name = f"({series}, {key})" if series else key
    for change in changes:
        if change.forward > timedelta():
            continue
        rows, different = first_row(
            connection,
            f"SELECT count(*), count(DISTINCT {name}) FROM {parquet(table)} "  # noqa: S608
            f"WHERE {_within(key, [change])} AND NOT _zoned",
        )
        twice += rows > different
        once += 0 < rows == different
    return {"skipped": int(skipped), "twice": twice, "once": once}
