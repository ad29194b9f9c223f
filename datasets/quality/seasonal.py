"""What a series lets expect: its level, its season, and how far values usually stray from both.

Medians throughout, so that the outliers looked for do not move what they are measured against.
Arrays are laid out as a grid of cycles `[cycles, steps]`, all operations are linear in rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
# A normal distribution's standard deviation over its median (mean) absolute deviation.
_MEDIAN_SCALE, _MEAN_SCALE = 1.4826, 1.2533
# Without a season the level follows stretches of so many rows.
_STRETCH = 25
# With fewer cycles the median of a step is too near to the values themselves.
_LEAST_CYCLES = 8
# Filled shares from which a cycle tells the level: before and after the season is known.
_WHOLE, _ENOUGH = 0.9, 0.25


@dataclass(frozen=True)
class Fit:
    """Per row: what was expected `[n]` and the usual deviation `[n]`; `level` per cycle `[k]`."""

    expected: Floats
    scale: Floats
    level: Floats
    cycle: int

    def deviations(self, values: Floats) -> Floats:
        """Signed robust deviations `[n]`; NaN where the value is missing."""
        return (values - self.expected) / self.scale


def fit(values: Floats, places: Places, cycles: tuple[int, ...]) -> Fit:
    """Fit level and season to one series; `places` are its steps, `cycles` their usual lengths."""
    steps = int(places[-1]) + 1 if len(places) else 0
    cycle = cycles[0] if cycles and cycles[0] > 1 and steps >= 3 * cycles[0] else 0
    width = cycle or min(_STRETCH, max(steps, 1))
    fitting = [c for c in cycles if cycle and c % cycle == 0 and steps >= _LEAST_CYCLES * c]
    season = _season(values, places, max(fitting, default=cycle))
    # Rows of the season repeat, so a level told by few rows of a cycle is right all the same.
    grid = _grid(values - season[places % len(season)], places, width)
    level = _bridged(row_medians(grid), _filled(grid) >= (_ENOUGH if cycle else 0.0))
    smooth = _between(level, width)
    # Millions of rows: what is not needed any more goes before the next is made.
    scale = _scale(np.subtract(grid.ravel(), smooth, out=grid.ravel()), width if cycle else 0)
    del grid
    expected = smooth[places]
    expected += season[places % len(season)]
    return Fit(expected, scale[places], level, width)


def row_medians(grid: Floats) -> Floats:
    """Median of each row `[rows, n]` → `[rows]`, missing numbers left out; NaN for none."""
    ordered = np.sort(grid, axis=1)
    count = grid.shape[1] - np.isnan(ordered).sum(axis=1)
    rows = np.arange(len(grid))
    low = ordered[rows, np.maximum(count - 1, 0) // 2]
    high = ordered[rows, np.minimum(count // 2, grid.shape[1] - 1)]
    return np.where(count > 0, low / 2 + high / 2, np.nan)


def _grid(values: Floats, places: Places, width: int) -> Floats:
    steps = int(places[-1]) + 1 if len(places) else 0
    grid = np.full(-(-max(steps, 1) // width) * width, np.nan)
    grid[places] = values
    return grid.reshape(-1, width)


def _filled(grid: Floats) -> Floats:
    share: Floats = 1 - np.isnan(grid).mean(axis=1)
    return share


def _bridged(level: Floats, is_known: NDArray[np.bool_]) -> Floats:
    """Cycles that tell too little take the line between their neighbours."""
    told = ~np.isnan(level)
    known = np.flatnonzero(told & is_known) if (told & is_known).any() else np.flatnonzero(told)
    if len(known) in {0, len(level)}:
        return np.nan_to_num(level) if not len(known) else level
    return np.interp(np.arange(len(level)), known, level[known])


def _between(level: Floats, width: int) -> Floats:
    """The level at every step: straight lines between the middles of the cycles."""
    steps = np.arange(len(level) * width)
    return np.interp(steps, np.arange(len(level)) * width + (width - 1) / 2, level)


def _season(values: Floats, places: Places, cycle: int) -> Floats:
    """What each step of the cycle is above its level `[cycle]`; one zero without a season."""
    if not cycle:
        return np.zeros(1)
    grid = _grid(values, places, cycle)
    # The median of half a day is that of a morning: whole cycles alone tell the level here.
    level = _bridged(row_medians(grid), _filled(grid) >= _WHOLE)
    apart = grid - _between(level, cycle).reshape(grid.shape)
    return np.nan_to_num(row_medians(apart.T.copy()))


def _scale(rest: Floats, cycle: int) -> Floats:
    """The usual deviation: over all, or that of the hour where it is larger (the sun at noon)."""
    away = np.abs(rest)
    filled = away[~np.isnan(away)]
    overall = _MEDIAN_SCALE * float(np.median(filled)) if len(filled) else 0.0
    if overall == 0 and len(filled):
        overall = _MEAN_SCALE * float(filled.mean())
    if not cycle:
        return np.full(len(rest), overall or np.inf)
    usual = _MEDIAN_SCALE * np.nan_to_num(row_medians(away.reshape(-1, cycle).T.copy()))
    return np.tile(np.maximum(usual, overall or np.inf), len(rest) // cycle)
