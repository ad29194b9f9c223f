"""A page deep in a sorted table, without sorting the table.

A sample says between which two values the page lies. Counting the rows before the lower value
tells exactly where that part begins, so only the rows between the two are sorted. Were the sample
ever wrong, the counts show it, and the caller sorts everything.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import duckdb

_SAMPLED = 20_000
# How far, in shares of all rows, the two values stand from where the page should be.
_ROOM = 0.02
Connection = duckdb.DuckDBPyConnection


class Asked(NamedTuple):
    """Rows of `table` that pass `tests` with `values`, ordered by `key`."""

    table: str
    key: str
    descending: bool
    tests: list[str]
    values: list[Any]


def places(connection: Connection, asked: Asked, skipped: int, size: int) -> list[int] | None:
    """Places (from 0) of the rows on the page; None when the sample does not show where it lies."""
    filled = _count(connection, asked, f"{asked.key} IS NOT NULL", [])
    if skipped >= filled:
        # Missing cells stand last, in the order of the file.
        return _found(connection, asked, f"{asked.key} IS NULL", [], (skipped - filled, size))
    if skipped + size > filled:
        return None
    sample = _sample(connection, asked)
    if len(sample) < _SAMPLED // 2:
        return None
    low, high = _around(sample, skipped / filled)
    before, upto = (">", ">=") if asked.descending else ("<", "<=")
    earlier = 0 if low is None else _count(connection, asked, f"{asked.key} {before} ?", [low])
    tests, values = [], []
    if low is not None:
        tests.append(f"NOT {asked.key} {before} ?")
        values.append(low)
    if high is not None:
        tests.append(f"{asked.key} {upto} ?")
        values.append(high)
    if skipped < earlier:
        return None
    between = " AND ".join([*tests, f"{asked.key} IS NOT NULL"])
    found = _found(connection, asked, between, values, (skipped - earlier, size))
    return found if len(found) == size else None


def _around(sample: list[Any], share: float) -> tuple[Any, Any]:
    """The two values of the sorted sample; None where there is no need of one."""
    low, high = int((share - _ROOM) * len(sample)), int((share + _ROOM) * len(sample)) + 1
    return sample[low] if low > 0 else None, sample[high] if high < len(sample) else None


def _sample(connection: Connection, asked: Asked) -> list[Any]:
    where = " AND ".join([*asked.tests, f"{asked.key} IS NOT NULL"])
    rows = connection.execute(
        f"SELECT {asked.key} FROM (SELECT {asked.key} FROM {asked.table} WHERE {where}) "  # noqa: S608
        f"USING SAMPLE reservoir({_SAMPLED} ROWS) REPEATABLE (1)",
        asked.values,
    ).fetchall()
    return sorted((row[0] for row in rows), reverse=asked.descending)


def _count(connection: Connection, asked: Asked, test: str, values: list[Any]) -> int:
    where = " AND ".join([*asked.tests, test])
    row = connection.execute(
        f"SELECT count(*) FROM {asked.table} WHERE {where}",  # noqa: S608
        [*asked.values, *values],
    ).fetchone()
    assert row is not None
    return int(row[0])


def _found(
    connection: Connection, asked: Asked, test: str, values: list[Any], part: tuple[int, int]
) -> list[int]:
    where = " AND ".join([*asked.tests, test])
    direction, (skipped, size) = "DESC" if asked.descending else "ASC", part
    rows = connection.execute(
        f"SELECT file_row_number FROM {asked.table} WHERE {where} "  # noqa: S608
        f"ORDER BY {asked.key} {direction}, file_row_number LIMIT {size} OFFSET {skipped}",
        [*asked.values, *values],
    ).fetchall()
    return [int(row[0]) for row in rows]
