"""What could be meant by a time that does not exist: told from the rows around it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import duckdb

from datasets.building.duck import first_row, parquet
from datasets.formats.csv import typed
from datasets.formats.csv.plan import Plan, row_number, source_table
from datasets.refusals import Refusal
from datasets.sniffing.reading import Reading
from datasets.sniffing.times import in_order, order_of, orders_of

_NEIGHBOURS = 200
_SHOWN_AROUND, _MOST_COLUMNS, _LONGEST = 2, 12, 60
Connection = duckdb.DuckDBPyConnection


def evidence(
    connection: Connection, plan: Plan, reading: Reading, refusal: Refusal
) -> dict[str, Any]:
    """Rows, readable cells of each column, the value that fits, and other orders with failures."""
    cells = ", ".join(f"count({column.key})" for column in reading.kept)
    rows, *read = first_row(
        connection,
        f"SELECT count(*), {cells} FROM {parquet(plan.target)}",  # noqa: S608
    )
    columns = [
        {"name": column.name, "type": column.type, "read": int(count)}
        for column, count in zip(reading.kept, read, strict=True)
    ]
    return {
        "rows": int(rows),
        "read": columns[:100],
        "key": reading.time_column,
        "orders": _orders(connection, plan, reading),
        "around": _around(connection, plan, reading, refusal),
        **(_only_fit(connection, plan, reading) if refusal.params.get("count") == 1 else {}),
    }


def _around(
    connection: Connection, plan: Plan, reading: Reading, refusal: Refusal
) -> list[list[Any]]:
    """The row and its neighbours as they stand in the file, each after its number."""
    place = int(refusal.params["row"]) - reading.first_row
    before = sum(row < refusal.params["row"] for row in plan.gone_rows)
    first = max(place - before - _SHOWN_AROUND, 0)
    keys = ", ".join(f"{column.key}[1:{_LONGEST}]" for column in reading.columns[:_MOST_COLUMNS])
    rows = connection.execute(
        f"SELECT {keys} FROM {source_table(plan, reading)} "  # noqa: S608
        f"LIMIT {2 * _SHOWN_AROUND + 1} OFFSET {first}"
    ).fetchall()
    return [
        [row_number(plan, reading, first + offset), *(cell or "" for cell in row)]
        for offset, row in enumerate(rows)
    ]


def _orders(connection: Connection, plan: Plan, reading: Reading) -> dict[str, int]:
    """For each other order of day and month: how many cells could then not be read."""
    column = reading.column(reading.time_column)
    time = column.time
    others = [] if time is None else [order for order in orders_of(time) if order != order_of(time)]
    found = {}
    for order in others:
        assert time is not None
        other = replace(column, time=in_order(time, order))
        failing = typed.misfit(other, "v")
        value = typed.value(other, reading)
        (count,) = first_row(
            connection,
            f"SELECT count(*) FILTER ({failing}) FROM "  # noqa: S608
            f"(SELECT {column.key}, {value} AS v FROM {source_table(plan, reading)})",
        )
        found[order] = int(count)
    return found


def _only_fit(connection: Connection, plan: Plan, reading: Reading) -> dict[str, Any]:
    """The one time that stands between its neighbours when rows follow a regular step."""
    key = reading.time_column
    (place,) = first_row(
        connection,
        f"SELECT min(file_row_number) FROM {parquet(plan.target, numbered=True)} "  # noqa: S608
        f"WHERE {key} IS NULL AND contains('{typed.RECORD}' || _unread, "
        f"'{typed.RECORD}{key}{typed.FIELD}')",
    )
    if place is None:
        return {}
    low = max(int(place) - _NEIGHBOURS, 0)
    times = connection.execute(
        f"SELECT file_row_number - {int(place)}, {key} FROM "  # noqa: S608
        f"{parquet(plan.target, numbered=True)} "
        f"WHERE file_row_number BETWEEN {low} AND {int(place) + _NEIGHBOURS} "
        f"ORDER BY file_row_number"
    ).fetchall()
    return _between(dict(times))


def _between(times: dict[int, datetime | None]) -> dict[str, Any]:
    steps = [
        later - earlier
        for place, earlier in times.items()
        if earlier is not None and (later := times.get(place + 1)) is not None
    ]
    if not steps:
        return {}
    usual = max(set(steps), key=steps.count)
    before, after = times.get(-1), times.get(1)
    seconds = usual.total_seconds()
    if usual <= timedelta() or steps.count(usual) < 0.8 * len(steps):
        return {"step": seconds}
    if before and after and after - before == 2 * usual:
        return {"step": seconds, "fits": (before + usual).isoformat(sep=" "), "sure": True}
    if before and not (after and after <= before + usual):
        return {"step": seconds, "fits": (before + usual).isoformat(sep=" "), "sure": False}
    return {"step": seconds}
