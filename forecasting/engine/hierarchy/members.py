"""The bottom series side by side on one grid of times, and means over the members of a total."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.covariate_blocks import past_block
from forecasting.engine.covariates import Known, Past
from forecasting.engine.hierarchy.structure import Hierarchy
from forecasting.engine.panel import Floats, Panel, flat_rows


@dataclass(frozen=True, eq=False)
class Grid:
    """Rows counted from the earliest start: bottom series begin at ``begins`` ``[b]``, all series
    at ``firsts`` ``[n]`` (a total with its first member) and end before row ``ends``."""

    begins: NDArray[np.int64]
    firsts: NDArray[np.int64]
    ends: int

    @staticmethod
    def of(hierarchy: Hierarchy, begins: NDArray[np.int64], lengths: NDArray[np.int64]) -> Grid:
        """The grid that holds all rows."""
        firsts = np.concatenate([least_of_members(hierarchy, begins), begins])
        return Grid(begins, firsts, int((begins + lengths).max()))

    def table(self, columns: Sequence[Floats], ends: int | None = None) -> Floats:
        """One column of every bottom series on the grid ``[b, T]``, NaN where there is none."""
        width = self.ends if ends is None else ends
        table = np.full((len(columns), width), np.nan)
        for line, column, begin in zip(table, columns, self.begins, strict=True):
            values = column[: width - begin]
            line[begin : begin + len(values)] = values
        return table


def least_of_members(hierarchy: Hierarchy, values: NDArray[np.int64]) -> NDArray[np.int64]:
    """The smallest value of any member of every total ``[totals]``."""
    if not hierarchy.totals:
        return np.empty(0, dtype=np.int64)
    least: NDArray[np.int64] = np.minimum.reduceat(values[hierarchy.members], hierarchy.starts[:-1])
    return least


def mean_known(hierarchy: Hierarchy, rows: Panel, grid: Grid) -> Known | None:
    """Known covariates of all levels; those of a total reach as far as all its members'."""
    known = rows.known
    if known is None:
        return None
    reach = grid.begins + np.diff(known.indptr)
    lasts = np.concatenate([least_of_members(hierarchy, reach), reach])
    if known.later is None:
        blocks = [known.at(series) for series in range(len(rows))]
        return Known(known.names, *flat_rows(_means(hierarchy, blocks, grid, lasts)))
    return _each_as_far(hierarchy, rows, grid, lasts)


def _each_as_far(hierarchy: Hierarchy, rows: Panel, grid: Grid, lasts: NDArray[np.int64]) -> Known:
    """The same of covariates that end at different times: in a total each where all members do."""
    assert rows.known is not None
    known = rows.known
    own = (grid.begins + rows.lengths)[:, None] + known.reach(rows.lengths)
    ends = np.stack(
        [np.concatenate([least_of_members(hierarchy, column), column]) for column in own.T], axis=1
    )
    blocks = [known.whole(series) for series in range(len(rows))]
    made = _means(hierarchy, blocks, grid, np.maximum(ends.max(axis=1), lasts))
    for block, first, own_ends in zip(made, grid.firsts, ends, strict=True):
        block[np.arange(len(block))[:, None] + first >= own_ends] = np.nan
    return Known.of(known.names, made, lasts - grid.firsts)


def mean_past(hierarchy: Hierarchy, rows: Panel, grid: Grid) -> Past | None:
    """Past covariates of all levels; those of a total over the members that have a value."""
    if rows.past is None:
        return None
    blocks = [past_block(rows, series) for series in range(len(rows))]
    lasts = np.full(len(grid.firsts), grid.ends)
    return Past(rows.past.names, np.concatenate(_means(hierarchy, blocks, grid, lasts)))


def _means(
    hierarchy: Hierarchy, blocks: Sequence[Floats], grid: Grid, lasts: NDArray[np.int64]
) -> list[Floats]:
    """Rows ``firsts[i]:lasts[i]`` of every series, from ``[T, K]`` of the bottom series."""
    width = blocks[0].shape[1]
    made = [np.empty((last - f, width)) for f, last in zip(grid.firsts, lasts, strict=True)]
    ends = int(lasts.max())
    for place in range(width):
        table = grid.table([block[:, place] for block in blocks], ends)
        every = np.concatenate([_mean_of(hierarchy, table), table])
        for block, first, last, line in zip(made, grid.firsts, lasts, every, strict=True):
            block[:, place] = line[first:last]
    return made


def _mean_of(hierarchy: Hierarchy, table: Floats) -> Floats:
    """Means over the members that have a value ``[totals, T]``; NaN where none has."""
    seen = ~np.isnan(table)
    counts = (hierarchy.matrix > 0).astype(np.float64)
    present = counts @ seen.astype(np.float64)
    sums = counts @ np.where(seen, table, 0.0)
    return np.where(present > 0, sums / np.maximum(present, 1.0), np.nan)
