"""What a recipe would do, without saving: counts per step, and the place of one step before and
after.

Versions that are small enough run whole. Of larger ones the part around what the step is about
runs, and the preview says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from datasets import storage
from datasets.building.duck import connect
from datasets.building.readers import reader
from datasets.models import Version
from datasets.quality.finding import Found
from datasets.repairs.recipe import MEMORY, Done, open_work, run_recipe, totals
from datasets.repairs.seen import Seen, Window, window_around
from datasets.repairs.step import chosen
from datasets.repairs.work import NUMBER, Work, WorkColumn

# Cells up to which everything runs: well under a second.
MOST_CELLS = 1_500_000
_PART_ROWS = 100_000
# Columns of numbers that run; each is read and written by itself.
MOST_COLUMNS = 100
# Of a longer list of columns so many run at least.
_EACH = 20


@dataclass
class Preview:
    """Results of all steps; `window` is what the chart shows, if the step has something to show."""

    done: list[Done]
    rows_before: int
    rows_after: int
    columns_after: int
    is_part: bool = False
    window: Window | None = None
    columns: list[tuple[str, str]] = field(default_factory=list)
    names: dict[int, dict[str, str]] = field(default_factory=dict)
    # Columns of a very wide table that did not run.
    left_out: int = 0

    @property
    def totals(self) -> dict[str, int]:
        """Counts of all steps together."""
        return totals(self.done)


def preview(
    version: Version,
    recipe: Sequence[dict[str, Any]],
    *,
    look: int | None = None,
    column: str = "",
) -> Preview:
    """Run `recipe` over a version and look at step number `look` (from 0) in one column."""
    part, is_part = _part(version, recipe, look)
    with storage.work_folder() as scratch, connect(scratch=scratch, memory=MEMORY) as connection:
        work = open_work(connection, version, part)
        left_out = _leave_out(work, recipe, column)
        recipe = [_without(step, left_out) for step in recipe]
        before = work.rows
        watch = _Watch(work, look, column)
        done = run_recipe(work, recipe, before=watch.before, after=watch.after, tolerant=True)
        return Preview(
            done,
            before,
            work.rows,
            len(work.columns),
            is_part or bool(left_out),
            watch.window,
            watch.columns,
            watch.names,
            len(left_out),
        )


class _Watch:
    """Keeps the table before the step that is looked at, and compares it with the one after."""

    def __init__(self, work: Work, look: int | None, column: str) -> None:
        self.work, self.look, self.column = work, look, column
        self.window: Window | None = None
        self.columns: list[tuple[str, str]] = []
        self.names: dict[int, dict[str, str]] = {}
        self.seen: Seen | None = None

    def before(self, index: int, step: Any) -> None:
        self.names[index] = {column.key: column.name for column in self.work.columns}
        if index == self.look:
            self.columns = [(c.key, c.name) for c in self.work.columns if _is_shown(c)]
            self.seen = Seen(self.work.keep(), dict(self.columns), self.work.time, self.work.zone)

    def after(self, done: Done, settings: dict[str, Any]) -> None:
        if done.index != self.look or self.seen is None:
            return
        known = {column.key: column for column in self.work.columns if _is_shown(column)}
        touched = [place.column for place in done.outcome.places if place.column in known]
        new = [key for key in known if key not in self.seen.columns]
        order = [self.column, *touched, *new, *chosen(self.work, settings.get("columns")), *known]
        key = next((key for key in order if key in known), "")
        if key:
            self.window = window_around(self.work, self.seen, key, done, settings)


def _is_shown(column: WorkColumn) -> bool:
    """Numbers that are nobody's."""
    return column.kind == NUMBER and column.role != "personal"


def _leave_out(work: Work, recipe: Sequence[dict[str, Any]], column: str) -> set[str]:
    """Drop number columns of a very wide table, those that are looked at or named singly last."""
    numbers = [one.key for one in work.columns if one.kind == NUMBER]
    if len(numbers) <= MOST_COLUMNS:
        return set()
    named = {
        one
        for step in recipe
        for value in step["settings"].values()
        for one in (value[:_EACH] if isinstance(value, list) else [value])
        if isinstance(one, str)
    }
    named |= {one.key for one in work.columns if one.name in named} | {column, work.series}
    spare = [key for key in reversed(numbers) if key not in named]
    gone = set(spare[: len(numbers) - MOST_COLUMNS])
    work.drop(gone)
    return gone


def _without(step: dict[str, Any], gone: set[str]) -> dict[str, Any]:
    """The step without columns that did not come along."""
    chosen = step["settings"].get("columns")
    if not gone or not isinstance(chosen, list):
        return step
    rest = [key for key in chosen if key not in gone]
    if chosen and not rest:
        return {**step, "on": False}
    return {**step, "settings": {**step["settings"], "columns": rest}}


def _part(version: Version, recipe: Sequence[dict[str, Any]], look: int | None) -> tuple[str, bool]:
    """Which rows run: SQL after the table, "" for all."""
    if version.row_count * max(version.columns.count(), 1) <= MOST_CELLS:
        return "", False
    columns = max(version.columns.count(), 1)
    rows = max(2_000, min(_PART_ROWS, MOST_CELLS // columns))
    middle = _row_of(version, recipe, look)
    first = max(0, min(middle - rows // 2, version.row_count - rows))
    return f" WHERE file_row_number >= {first} AND file_row_number < {first + rows}", True


_CODES = {
    "fill": ("missing", "gaps"),
    "outliers": ("outliers",),
    "deduplicate": ("duplicates_different", "duplicates_equal"),
    "resample": ("off_grid", "irregular", "gaps"),
}


def _row_of(version: Version, recipe: Sequence[dict[str, Any]], look: int | None) -> int:
    """The row where the report found what the step is about; the end of the file otherwise."""
    key = recipe[look]["step"] if look is not None and look < len(recipe) else ""
    wanted = _CODES.get(key, ())
    for found in version.quality.get("findings", []):
        place = _place(found) if found["code"] in wanted else None
        if place is not None and version.time_column:
            return _row_at(version, *place)
    return version.row_count - 1


def _place(found: Found) -> tuple[str, str] | None:
    for name in ("longest", "furthest", "first"):
        listed = found["params"].get(name)
        if isinstance(listed, list) and listed:
            return str(listed[0][0]), str(listed[0][1])
    return None


def _row_at(version: Version, series: str, at: str) -> int:
    tests, values = [f"{version.time_column} >= CAST(? AS TIMESTAMP)"], [at]
    if version.series_column:
        tests.append(f"CAST({version.series_column} AS VARCHAR) = ?")
        values.append(series)
    path = str(storage.local_copy(version.file_key))
    with reader() as connection:
        row = connection.execute(
            f"SELECT min(file_row_number) FROM read_parquet(?, file_row_number=true) "  # noqa: S608
            f"WHERE {' AND '.join(tests)}",
            [path, *values],
        ).fetchone()
    return int(row[0]) if row and row[0] is not None else version.row_count - 1
