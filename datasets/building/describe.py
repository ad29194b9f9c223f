"""Describe every column of the finished file and write its pyramid, a few columns at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from datasets.building.duck import THREADS, first_row, parquet
from datasets.building.levels import RAW_ROWS, LevelBuilder
from datasets.building.numbers import (
    Distribution,
    Floats,
    NumberSummary,
    number_stats,
    without_missing,
)

# Numbers held at a time: 48 MB of float64, and whole buckets of every pyramid level.
_CELLS = 6_291_456
_TOP = 10
_COUNTED_EACH = 50_000
# Bars in the head of a column of times.
_PARTS = 16
_COUNTED_TOGETHER = 100
_LONGEST_TOP = 120
_CATEGORY_SHARE, _FEWEST, _MOST_CATEGORIES = 0.05, 50, 1000
Connection = duckdb.DuckDBPyConnection


@dataclass
class Described:
    """Final type, missing cells and statistics of one column."""

    type: str
    missing: int
    stats: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """The finished file and where its pyramid goes."""

    path: Path
    rows: int
    levels: Path


def describe(
    connection: Connection,
    table: Table,
    types: dict[str, str],
    on_share: Callable[[float], None],
) -> dict[str, Described]:
    """Describe the columns; `types` maps key to number, boolean, datetime, text or empty."""
    numbers = [key for key, kind in types.items() if kind in {"number", "empty"}]
    found: dict[str, Described] = {}
    step = max(1, _CELLS // max(table.rows, 1))
    groups = [numbers[start : start + step] for start in range(0, len(numbers), step)]
    with ThreadPoolExecutor(THREADS) as pool:
        # A cursor is a connection of its own, as threads must not share one.
        work = [pool.submit(_numbers, connection.cursor(), table, group) for group in groups]
        for place, future in enumerate(work):
            found |= future.result()
            on_share(place / len(groups))
    if table.rows > RAW_ROWS:
        for key, count in _distinct(connection, table, numbers).items():
            found[key].stats["distinct"] = count
    for place, (key, kind) in enumerate(types.items()):
        if kind in {"text", "boolean"}:
            found[key] = _words(connection, table, key, kind)
        elif kind == "datetime":
            found[key] = _times(connection, table, key)
        on_share(place / len(types))
    return {key: found[key] for key in types}


def _numbers(connection: Connection, table: Table, keys: Sequence[str]) -> dict[str, Described]:
    summaries = {key: NumberSummary() for key in keys}
    builders = {key: LevelBuilder() for key in keys} if table.rows > RAW_ROWS else {}
    held: dict[str, Floats] = {}
    for first, block in _blocks(connection, table, keys):
        for key, values in block.items():
            summaries[key].add(values)
            if key in builders:
                builders[key].add(values, first)
        held = block
    exact = held if table.rows <= _CELLS else None
    for key, builder in builders.items():
        builder.write(table.levels, key)
    spreads = _spreads(connection, table, summaries, exact)
    return {
        key: _as_described(table, summary, spreads.get(key), exact[key] if exact else None)
        for key, summary in summaries.items()
    }


def _blocks(
    connection: Connection, table: Table, keys: Sequence[str]
) -> Iterator[tuple[int, dict[str, Floats]]]:
    """(first row, values per column) in file order."""
    wanted = ", ".join(f"coalesce({key}, 'nan'::DOUBLE) AS {key}" for key in keys)
    for first in range(0, table.rows, _CELLS):
        part = ""
        if table.rows > _CELLS:
            part = f" WHERE file_row_number >= {first} AND file_row_number < {first + _CELLS}"
        arrays = connection.execute(
            f"SELECT {wanted} FROM {parquet(table.path, numbered=True)}{part}"  # noqa: S608
        ).fetchnumpy()
        yield first, {key: np.asarray(arrays[key], dtype=np.float64) for key in keys}


def _spreads(
    connection: Connection,
    table: Table,
    summaries: dict[str, NumberSummary],
    exact: dict[str, Floats] | None,
) -> dict[str, Distribution]:
    spreads = {
        key: Distribution(summary.low, summary.high)
        for key, summary in summaries.items()
        if summary.count
    }
    if not spreads:
        return {}
    blocks = [(0, exact)] if exact else _blocks(connection, table, list(spreads))
    for _, block in blocks:
        for key, spread in spreads.items():
            spread.add(block[key])
    return spreads


def _as_described(
    table: Table, summary: NumberSummary, spread: Distribution | None, exact: Floats | None
) -> Described:
    kind = "integer" if summary.is_whole else "float"
    stats = number_stats(summary, spread, exact)
    if exact is not None and table.rows <= RAW_ROWS:
        stats["distinct"] = len(np.unique(without_missing(exact)))
    return Described(kind if summary.count else "empty", table.rows - summary.count, stats)


def _distinct(connection: Connection, table: Table, keys: Sequence[str]) -> dict[str, int]:
    """How many different numbers, within some percent; small files are counted exactly."""
    found: dict[str, int] = {}
    for start in range(0, len(keys), _COUNTED_TOGETHER):
        group = keys[start : start + _COUNTED_TOGETHER]
        counts = ", ".join(f"approx_count_distinct({key})" for key in group)
        row = first_row(connection, f"SELECT {counts} FROM {parquet(table.path)}")  # noqa: S608
        found |= dict(zip(group, (int(count) for count in row), strict=True))
    return found


def _words(connection: Connection, table: Table, key: str, kind: str) -> Described:
    count = "count(DISTINCT {})" if table.rows <= RAW_ROWS else "approx_count_distinct({})"
    filled, distinct, longest = first_row(
        connection,
        f"SELECT count({key}), {count.format(key)}, max(length(CAST({key} AS VARCHAR))) "  # noqa: S608
        f"FROM {parquet(table.path)}",
    )
    if not filled:
        return Described("empty", table.rows)
    few = max(_FEWEST, min(_CATEGORY_SHARE * table.rows, _MOST_CATEGORIES))
    category = distinct <= few and (distinct < filled or filled <= 2)
    stats: dict[str, Any] = {"distinct": int(distinct), "longest": int(longest), "top": []}
    if category or kind == "boolean":
        rows = connection.execute(
            f"SELECT CAST({key} AS VARCHAR)[1:{_LONGEST_TOP}], count(*) "  # noqa: S608
            f"FROM {parquet(table.path)} WHERE {key} IS NOT NULL "
            f"GROUP BY {key} ORDER BY 2 DESC, 1 LIMIT {_TOP}"
        ).fetchall()
        stats["top"] = [list(row) for row in rows]
    elif distinct < filled:
        stats["top"] = _frequent(connection, table, key, few=distinct <= _COUNTED_EACH)
    found = kind if kind == "boolean" else "category" if category else "text"
    return Described(found, table.rows - int(filled), stats)


def _times(connection: Connection, table: Table, key: str) -> Described:
    filled, low, high = first_row(
        connection,
        f"SELECT count({key}), CAST(min({key}) AS VARCHAR), CAST(max({key}) AS VARCHAR) "  # noqa: S608
        f"FROM {parquet(table.path)}",
    )
    if not filled:
        return Described("empty", table.rows, {"min": low, "max": high})
    stats = {"min": low, "max": high, "histogram": {"counts": _time_counts(connection, table, key)}}
    return Described("datetime", table.rows - int(filled), stats)


def _frequent(connection: Connection, table: Table, key: str, *, few: bool) -> list[list[Any]]:
    """Texts that are there more than once; of too many to count each, those that seem frequent."""
    frequent = f"(SELECT unnest(approx_top_k({key}, {_TOP})) FROM {parquet(table.path)})"  # noqa: S608
    which = f"{key} IS NOT NULL" if few else f"{key} IN {frequent}"
    text = f"CAST({key} AS VARCHAR)"
    rows = connection.execute(
        f"SELECT {text}[1:{_LONGEST_TOP}], count(*) FROM {parquet(table.path)} "  # noqa: S608
        f"WHERE {which} GROUP BY {key} HAVING count(*) > 1 ORDER BY 2 DESC, 1 LIMIT {_TOP}"
    ).fetchall()
    return [list(row) for row in rows]


def _time_counts(connection: Connection, table: Table, key: str) -> list[int]:
    """How many rows fall into each of equally long parts of the span."""
    low = f"epoch_us((SELECT min({key}) FROM {parquet(table.path)}))"  # noqa: S608
    high = f"epoch_us((SELECT max({key}) FROM {parquet(table.path)}))"  # noqa: S608
    part = (
        f"CAST(floor({_PARTS} * (epoch_us({key}) - {low})::DOUBLE / ({high} - {low} + 1)) AS INT)"
    )
    rows = connection.execute(
        f"SELECT {part}, count(*) FROM {parquet(table.path)} WHERE {key} IS NOT NULL "  # noqa: S608
        f"GROUP BY 1"
    ).fetchall()
    counts = dict(rows)
    return [counts.get(place, 0) for place in range(_PARTS)]
