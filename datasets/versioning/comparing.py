"""Two versions side by side: counts of what changed, and the first cells that did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from datasets import storage
from datasets.building.duck import connect
from datasets.cells.values import stored, typed
from datasets.clock import clock_of, read_stored
from datasets.grid import remembering
from datasets.masking import DOTS
from datasets.models import Column, Version
from datasets.versioning.differences import Side, comparable, difference, pairs_of
from datasets.versioning.versions import side_of

MOST_CELLS = 50
# Cells that differ are looked for column by column until there are enough.
_EACH = 10


@dataclass(frozen=True)
class ChangedCell:
    """One cell that differs; rows are counted from 1 in each version."""

    column: str
    old_row: int
    new_row: int
    # As people read it, and as programs do.
    time: str
    at: str | None
    series: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Comparison:
    """What `new` changed of `old`."""

    old: Version
    new: Version
    diff: dict[str, Any]
    cells: list[ChangedCell]


def compare(old: Version, new: Version) -> Comparison:
    """Count and look. Hidden cells are counted and stay hidden."""
    if old.file_key == new.file_key:
        return Comparison(old, new, _by_columns(old, new), [])
    one, other = side_of(old), side_of(new)

    def count() -> dict[str, Any]:
        with storage.work_folder() as folder:
            return difference(one, other, scratch=folder)

    asked = [old.file_key, one.columns, other.columns]
    diff = remembering.answer(new, "difference", asked, count)
    changed = [key for key in diff.get("cells", {}) if key in one.columns]
    cells = remembering.answer(
        new, "changed cells", asked, lambda: _first_cells(one, other, changed)
    )
    roles = _roles(old, new)
    named = {**diff["columns"], "roles": roles} if roles else diff["columns"]
    diff = {**diff, "columns_roles": len(roles), "columns": named}
    return Comparison(old, new, diff, [_shown(new, cell) for cell in cells])


def _by_columns(old: Version, new: Version) -> dict[str, Any]:
    """Versions that share a file differ in names and roles only."""
    pairs = list(zip(old.columns.all(), new.columns.all(), strict=True))
    renamed = [[was.name, now.name] for was, now in pairs if was.name != now.name]
    roles = _roles(old, new)
    return {
        "columns_renamed": len(renamed),
        "columns_roles": len(roles),
        "columns": {"renamed": renamed, "roles": roles},
    }


def _roles(old: Version, new: Version) -> list[list[str]]:
    """Columns that serve as something else: name, role before, role now."""
    before = {column.key: column.own_role or column.role for column in old.columns.all()}
    now = {column.key: column.own_role or column.role for column in new.columns.all()}
    return [
        [column.name, before[column.key], now[column.key]]
        for column in new.columns.all()
        if column.key in before and before[column.key] != now[column.key]
    ]


def _first_cells(old: Side, new: Side, keys: list[str]) -> list[list[Any]]:
    found: list[list[Any]] = []
    with storage.work_folder() as folder, connect(scratch=folder) as connection:
        pairs = pairs_of(connection, old, new)
        forms = comparable(connection, old, new, keys)
        for key in keys:
            before, after = forms[key].format(f"o.{key}"), forms[key].format(f"n.{key}")
            time = f"n.{new.time}" if new.time else "NULL"
            series = f"CAST(n.{new.series} AS VARCHAR)" if new.series else "NULL"
            rows = connection.execute(
                f"SELECT o._o, n._n, {time}, {series}, o.{key}, n.{key} FROM {pairs.source} "  # noqa: S608
                f"WHERE o._o IS NOT NULL AND n._n IS NOT NULL "
                f"AND {before} IS DISTINCT FROM {after} ORDER BY n._n LIMIT {_EACH}"
            ).fetchall()
            found += [[key, *(stored(value) for value in row)] for row in rows]
            if len(found) >= MOST_CELLS:
                break
    return found[:MOST_CELLS]


def _shown(version: Version, cell: list[Any]) -> ChangedCell:
    key, old_row, new_row, time, series, before, after = cell
    column: Column = version.column(key)
    clock, moment = clock_of(version), read_stored(time)
    names = version.column(version.series_column) if version.series_column else None
    return ChangedCell(
        column=column.name,
        old_row=int(old_row) + 1,
        new_row=int(new_row) + 1,
        time=clock.text(moment) if moment else "",
        at=clock.iso(moment) if moment else None,
        series=DOTS if names and names.is_masked and series else series or "",
        before=_cell(before, column),
        after=_cell(after, column),
    )


def _cell(value: Any, column: Column) -> str | None:
    if value is None:
        return None
    if column.is_masked:
        return DOTS
    return typed(read_stored(value) if column.type == Column.Type.DATETIME else value, column.clock)
