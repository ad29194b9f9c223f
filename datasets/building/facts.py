"""Facts of a finished file: its span and steps, its series, its hash."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb

from datasets.building.duck import parquet
from datasets.building.layout import series_table
from datasets.building.steps import time_facts
from datasets.refusals import Refusal
from datasets.sniffing.reading import Reading

_LISTED_SERIES = 200
_MOST_SERIES = 1_000_000


def time_of(
    connection: duckdb.DuckDBPyConnection, table: Path, reading: Reading, series: str
) -> dict[str, Any]:
    """Span, steps and repeats of the time column, and how many times named their zone."""
    if not reading.time_column:
        return {}
    facts = time_facts(connection, table, reading.time_column, series)
    (zoned,) = connection.execute(
        f"SELECT count(*) FILTER (_zoned) FROM {parquet(table)}"  # noqa: S608
    ).fetchone() or (0,)
    return {**facts, "zoned": zoned}


def series_of(
    connection: duckdb.DuckDBPyConnection, table: Path, reading: Reading, series: str
) -> dict[str, Any]:
    """How many series there are, the first of them by name, the shortest and the longest."""
    if not series:
        return {"count": 0, "listed": []}
    rows = series_table(connection, table, reading, series)
    if len(rows) > _MOST_SERIES:
        raise Refusal("too_many_series", count=len(rows), limit=_MOST_SERIES)
    listed = [
        {"id": name, "rows": count, "start": start, "end": end}
        for name, count, start, end in rows[:_LISTED_SERIES]
    ]
    lengths = [count for _, count, _, _ in rows]
    return {
        "count": len(rows),
        "listed": listed,
        "shortest": min(lengths),
        "longest": max(lengths),
        "longest_id": rows[lengths.index(max(lengths))][0],
    }


def file_hash(path: Path) -> str:
    """SHA-256 of a file."""
    digest = sha256()
    with path.open("rb") as file:
        while block := file.read(1024 * 1024):
            digest.update(block)
    return digest.hexdigest()
