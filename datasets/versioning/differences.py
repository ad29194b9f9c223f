"""What one version changed, in counts: rows, cells and columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from datasets.building.duck import connect, first_row, parquet
from datasets.building.finish import FROM

# Columns compared in one pass; each takes three counters.
_TOGETHER = 60
_NAMED = 20
Connection = duckdb.DuckDBPyConnection


@dataclass(frozen=True)
class Side:
    """A version's file; `columns` maps key to (name, type)."""

    table: Path
    rows: int
    columns: dict[str, tuple[str, str]]
    time: str = ""
    series: str = ""


def difference(
    old: Side, new: Side, *, scratch: Path, lineage: Path | None = None
) -> dict[str, Any]:
    """Counts of what `new` changed.

    Rows are told apart by `lineage` (a file whose column _from holds, for each row, its place in
    `old`) or else by series and time, or else by their place. Columns are the same when their
    keys are.
    """
    common = [key for key in new.columns if key in old.columns]
    with connect(scratch=scratch) as connection:
        pairs = pairs_of(connection, old, new, lineage)
        rows = _rows(connection, old, new, pairs)
        cells = _cells(connection, pairs, comparable(connection, old, new, common))
    totals = {name: sum(counts[name] for counts in cells.values()) for name in _CHANGES}
    return {
        **rows,
        **{f"cells_{name}": count for name, count in totals.items()},
        "cells": {key: counts for key, counts in cells.items() if any(counts.values())},
        **_columns(old, new),
    }


_CHANGES = ("changed", "filled", "emptied")


@dataclass(frozen=True)
class Pairs:
    """How rows are matched: an SQL relation of old columns o_…, new columns n_…."""

    source: str
    by_place: bool = False


def pairs_of(connection: Connection, old: Side, new: Side, lineage: Path | None = None) -> Pairs:
    """How the rows of both sides are matched; both relations also have the place of each row."""
    before = f"(SELECT file_row_number AS _o, * FROM {parquet(old.table, numbered=True)})"  # noqa: S608
    after = f"(SELECT file_row_number AS _n, * FROM {parquet(new.table, numbered=True)})"  # noqa: S608
    if lineage is not None:
        after = _with_lineage(new, lineage)
        if old.rows == new.rows and _unmoved(connection, lineage):
            return Pairs(f"{before} o POSITIONAL JOIN {after} n", by_place=True)
        return Pairs(f"{before} o FULL JOIN {after} n ON o._o = n.{FROM}")
    if not new.time or new.time not in old.columns or old.time != new.time:
        return Pairs(f"{before} o FULL JOIN {after} n ON o._o = n._n")
    if old.rows <= new.rows and _same_times(connection, old, new):
        # Rows that only came after the others need no matching, however many there are.
        first = f"(SELECT * FROM {after} WHERE _n < {old.rows})"  # noqa: S608
        return Pairs(f"{before} o POSITIONAL JOIN {first} n", by_place=True)
    return Pairs(f"{_counted(old, '_o')} o FULL JOIN {_counted(new, '_n')} n ON {_same_key(new)}")


def _with_lineage(new: Side, lineage: Path) -> str:
    """New rows with their place in the old file; both files hold the rows in the same order."""
    return (
        f"(SELECT a.file_row_number AS _n, a.*, b.{FROM} FROM "  # noqa: S608
        f"{parquet(new.table, numbered=True)} a POSITIONAL JOIN "
        f"(SELECT {FROM} FROM {parquet(lineage)}) b)"
    )


def _unmoved(connection: Connection, lineage: Path) -> bool:
    (moved,) = first_row(
        connection,
        f"SELECT count(*) FROM {parquet(lineage, numbered=True)} "  # noqa: S608
        f"WHERE {FROM} IS DISTINCT FROM file_row_number",
    )
    return not moved


def _keys(side: Side) -> list[str]:
    return [key for key in (side.series, side.time) if key]


def _same_times(connection: Connection, old: Side, new: Side) -> bool:
    keys = _keys(new)
    if any(key not in old.columns or old.columns[key][1] != new.columns[key][1] for key in keys):
        return False
    differing = " OR ".join(f"o.{key} IS DISTINCT FROM n.{key}" for key in keys)
    (found,) = first_row(
        connection,
        f"SELECT count(*) FROM (SELECT {', '.join(keys)} FROM {parquet(old.table)}) o "  # noqa: S608
        f"POSITIONAL JOIN (SELECT {', '.join(keys)} FROM {parquet(new.table, numbered=True)} "
        f"WHERE file_row_number < {old.rows}) n WHERE {differing}",
    )
    return not found


def _counted(side: Side, place: str) -> str:
    """Rows with the how-many-th of its time each one is."""
    keys = ", ".join(_keys(side))
    return (
        f"(SELECT file_row_number AS {place}, *, row_number() OVER "  # noqa: S608
        f"(PARTITION BY {keys} ORDER BY file_row_number) AS _k "
        f"FROM {parquet(side.table, numbered=True)})"
    )


def _same_key(side: Side) -> str:
    same = " AND ".join(f"o.{key} IS NOT DISTINCT FROM n.{key}" for key in _keys(side))
    return f"{same} AND o._k = n._k"


def _rows(connection: Connection, old: Side, new: Side, pairs: Pairs) -> dict[str, int]:
    if pairs.by_place:
        return {"rows_added": new.rows - old.rows, "rows_removed": 0, "rows_moved": 0}
    both, moved = first_row(
        connection,
        f"SELECT count(*), count(*) FILTER (_o < before) FROM (SELECT _o, "  # noqa: S608
        f"lag(_o) OVER (ORDER BY _n) AS before FROM (SELECT o._o, n._n FROM {pairs.source}) "
        f"WHERE _o IS NOT NULL AND _n IS NOT NULL)",
    )
    return {"rows_added": new.rows - both, "rows_removed": old.rows - both, "rows_moved": moved}


def comparable(
    connection: Connection, old: Side, new: Side, common: Sequence[str]
) -> dict[str, str]:
    """Key → how its two cells are compared: as they are, or as text when the types differ."""
    kinds = [_physical(connection, side.table) for side in (old, new)]
    return {
        key: "{}" if kinds[0].get(key) == kinds[1].get(key) else "CAST({} AS VARCHAR)"
        for key in common
    }


def _physical(connection: Connection, table: Path) -> dict[str, str]:
    rows = connection.execute(f"DESCRIBE SELECT * FROM {parquet(table)}").fetchall()  # noqa: S608
    return {row[0]: row[1] for row in rows}


def _cells(
    connection: Connection, pairs: Pairs, columns: dict[str, str]
) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    keys = list(columns)
    both = "" if pairs.by_place else " WHERE o._o IS NOT NULL AND n._n IS NOT NULL"
    for start in range(0, len(keys), _TOGETHER):
        group = keys[start : start + _TOGETHER]
        counts = ", ".join(_counters(key, columns[key]) for key in group)
        row = first_row(connection, f"SELECT {counts} FROM {pairs.source}{both}")  # noqa: S608
        for place, key in enumerate(group):
            numbers = row[3 * place : 3 * place + 3]
            found[key] = dict(zip(_CHANGES, (int(number) for number in numbers), strict=True))
    return found


def _counters(key: str, form: str) -> str:
    before, after = form.format(f"o.{key}"), form.format(f"n.{key}")
    return (
        f"count(*) FILTER ({before} <> {after}), "
        f"count(*) FILTER (o.{key} IS NULL AND n.{key} IS NOT NULL), "
        f"count(*) FILTER (o.{key} IS NOT NULL AND n.{key} IS NULL)"
    )


def _columns(old: Side, new: Side) -> dict[str, Any]:
    added = [name for key, (name, _) in new.columns.items() if key not in old.columns]
    removed = [name for key, (name, _) in old.columns.items() if key not in new.columns]
    common = [(old.columns[key], new.columns[key]) for key in new.columns if key in old.columns]
    renamed = [[was[0], now[0]] for was, now in common if was[0] != now[0]]
    retyped = [[now[0], was[1], now[1]] for was, now in common if was[1] != now[1]]
    lists: dict[str, list[Any]] = {
        "added": added, "removed": removed, "renamed": renamed, "retyped": retyped,
    }  # fmt: skip
    counts = {f"columns_{name}": len(listed) for name, listed in lists.items()}
    return {
        **counts,
        "columns": {name: listed[:_NAMED] for name, listed in lists.items() if listed},
    }


def inverse(diff: dict[str, Any]) -> dict[str, Any]:
    """What going back changes, told from what going forward changed."""
    return {
        **diff,
        "rows_added": diff.get("rows_removed", 0),
        "rows_removed": diff.get("rows_added", 0),
        "cells_filled": diff.get("cells_emptied", 0),
        "cells_emptied": diff.get("cells_filled", 0),
        "columns_added": diff.get("columns_removed", 0),
        "columns_removed": diff.get("columns_added", 0),
        "cells": {key: _turned(counts) for key, counts in diff.get("cells", {}).items()},
        "columns": dict(_inverse_columns(diff.get("columns", {}))),
    }


def _turned(counts: dict[str, int]) -> dict[str, int]:
    return {**counts, "filled": counts["emptied"], "emptied": counts["filled"]}


def _inverse_columns(columns: dict[str, list[Any]]) -> Iterable[tuple[str, list[Any]]]:
    swapped = {"added": "removed", "removed": "added"}
    for name, listed in columns.items():
        if name in swapped:
            yield swapped[name], listed
        elif name == "renamed":
            yield name, [[now, was] for was, now in listed]
        else:
            yield name, [[column, now, was] for column, was, now in listed]
