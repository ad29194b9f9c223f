"""How time moves from row to row within each series of a sorted file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from datasets.building.duck import first_row, parquet

_LISTED = 5


def time_facts(
    connection: duckdb.DuckDBPyConnection, table: Path, time: str, series: str
) -> dict[str, Any]:
    """Span, rows without time, repeated times with examples, and the steps with their counts.

    Steps are in microseconds; `longest` lists the widest as (series, from, to, microseconds).
    """
    start, end, missing = first_row(
        connection,
        f"SELECT CAST(min({time}) AS VARCHAR), CAST(max({time}) AS VARCHAR), "  # noqa: S608
        f"count(*) - count({time}) FROM {parquet(table)}",
    )
    moves = _moves(table, time, series)
    counted = connection.execute(
        f"SELECT step, count(*) FROM ({moves}) WHERE step >= 0 "  # noqa: S608
        f"GROUP BY step ORDER BY step = 0 DESC, 2 DESC, 1 LIMIT 1001"
    ).fetchall()
    repeated = sum(count for step, count in counted if step == 0)
    steps = [[step, count] for step, count in counted if step > 0]
    # The usual file has one step, and nothing more to look for.
    uneven = len(steps) > 1
    return {
        "start": start,
        "end": end,
        "missing": missing,
        "repeated": repeated,
        "repeated_at": _examples(connection, moves, "step = 0", "t") if repeated else [],
        "steps": steps,
        "longest": _examples(connection, moves, "step > 0", "step DESC, t") if uneven else [],
    }


def _moves(table: Path, time: str, series: str) -> str:
    """Rows with their step from the row before, NULL at the start of a series."""
    name = f"CAST({series} AS VARCHAR)" if series else "''"
    return (
        f"SELECT s, before, t, CASE WHEN s IS NOT DISTINCT FROM before_s "  # noqa: S608
        f"THEN epoch_us(t) - epoch_us(before) END AS step FROM "
        f"(SELECT {name} AS s, {time} AS t, lag({time}) OVER () AS before, "
        f"lag({name}) OVER () AS before_s FROM {parquet(table)})"
    )


def _examples(
    connection: duckdb.DuckDBPyConnection, moves: str, where: str, order: str
) -> list[list[Any]]:
    rows = connection.execute(
        f"SELECT s, CAST(before AS VARCHAR), CAST(t AS VARCHAR), step FROM ({moves}) "  # noqa: S608
        f"WHERE {where} ORDER BY {order} LIMIT {_LISTED}"
    ).fetchall()
    return [list(row) for row in rows]
