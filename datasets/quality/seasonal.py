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
    grid = _grid(values, places, width)
    _add(grid.ravel(), -season)
    level = _bridged(row_medians(grid), _filled(grid) >= (_ENOUGH if cycle else 0.0))
    smooth = _between(level, width)
    # Millions of rows: what is not needed any more goes before the next is made.
    scale = _scale(np.subtract(grid.ravel(), smooth, out=grid.ravel()), width if cycle else 0)
    del grid
    _add(smooth, season)
    return Fit(smooth[places], scale[places % len(scale)], level, width)


def row_medians(grid: Floats) -> Floats:
    """Median of each row `[rows, n]` → `[rows]`, missing numbers left out; NaN for none."""
    return _sorted_medians(np.sort(grid, axis=1))


def _sorted_medians(ordered: Floats) -> Floats:
    """The same of rows in order; missing numbers stand last."""
    width = ordered.shape[1]
    count = width - np.count_nonzero(np.isnan(ordered), axis=1)
    rows = np.arange(len(ordered))
    low = ordered[rows, np.maximum(count - 1, 0) // 2]
    high = ordered[rows, np.minimum(count // 2, width - 1)]
    return np.where(count > 0, low / 2 + high / 2, np.nan)


def _column_medians(grid: Floats) -> Floats:
    """Median of each column `[n, columns]` → `[columns]`: read row by row, they sort faster."""
    turned = grid.T.copy()
    turned.sort(axis=1)
    return _sorted_medians(turned)


def _add(flat: Floats, season: Floats) -> None:
    """Add the season to every step, in place."""
    whole = len(flat) // len(season) * len(season)
    flat[:whole].reshape(-1, len(season))[:] += season
    flat[whole:] += season[: len(flat) - whole]


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
    if len(level) < 2 or not np.isfinite(level).all():
        middles = np.arange(len(level)) * width + (width - 1) / 2
        return np.interp(np.arange(len(level) * width), middles, level)
    head = width // 2
    from_middle = head - (width - 1) / 2 + np.arange(width)
    steps = np.empty(len(level) * width)
    steps[:head], steps[len(steps) - width + head :] = level[0], level[-1]
    lines = steps[head : len(steps) - width + head].reshape(-1, width)
    np.multiply((np.diff(level) / width)[:, None], from_middle, out=lines)
    lines += level[:-1, None]
    return steps


def _season(values: Floats, places: Places, cycle: int) -> Floats:
    """What each step of the cycle is above its level `[cycle]`; one zero without a season."""
    if not cycle:
        return np.zeros(1)
    grid = _grid(values, places, cycle)
    # The median of half a day is that of a morning: whole cycles alone tell the level here.
    level = _bridged(row_medians(grid), _filled(grid) >= _WHOLE)
    apart = np.subtract(grid, _between(level, cycle).reshape(grid.shape), out=grid)
    return np.nan_to_num(_column_medians(apart))


def _scale(rest: Floats, cycle: int) -> Floats:
    """The usual deviation: over all, or that of the hour where it is larger (the sun at noon).

    One number for each step of a cycle, or one alone. `rest` is used up.
    """
    away = np.abs(rest, out=rest)
    filled = away[~np.isnan(away)]
    mean = float(filled.mean()) if len(filled) else 0.0
    overall = _MEDIAN_SCALE * float(np.median(filled, overwrite_input=True)) if len(filled) else 0.0
    del filled
    if overall == 0:
        overall = _MEAN_SCALE * mean
    if not cycle:
        return np.full(1, overall or np.inf)
    usual = _MEDIAN_SCALE * np.nan_to_num(_column_medians(away.reshape(-1, cycle)))
    return np.maximum(usual, overall or np.inf)
