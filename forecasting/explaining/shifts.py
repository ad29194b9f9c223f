"""A level that changed shortly before the forecast, in a series without its cycles and covariates.

The check of a dataset looks for one jump in all of a series; here the newest rows are looked at, at
several scales, and the jump that is nearest to the forecast counts.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from datasets.quality.checks.level_shifts import find_shift
from forecasting import results
from forecasting.engine.explaining.components import Components
from forecasting.engine.explaining.splitting import REST, TREND
from forecasting.engine.missing import fill

# Blocks of so many rows as a part of the shortest cycle, and so many blocks.
PARTS: Final = (8, 4, 2)
BLOCKS: Final = 24
# Of the spread of the newest rows around both levels; less cannot be seen.
LEAST: Final = 3.0


def told(found: Components, place: int) -> dict[str, Any] | None:
    """When it began and what the level was before and is since; None where it stayed."""
    kept = np.isin(found.kinds, (TREND, REST))
    past = found.past[place, kept].sum(axis=0)
    known = np.flatnonzero(~np.isnan(past))
    if not len(known):
        return None
    column = fill(past[known[0] :])
    cycle = min(found.cycles(place), default=1)
    for width in sorted({max(1, cycle // part) for part in PARTS}):
        row = _jump(column, width)
        if row is not None:
            return _around(found, place, column, row, width)
    return None


def _jump(column: Any, width: int) -> int | None:
    """The row at which the newest blocks begin another level."""
    count = min(BLOCKS, len(column) // width)
    first = len(column) - count * width
    levels = np.median(column[first:].reshape(count, width), axis=1) if count else column[:0]
    shift = find_shift(levels)
    if shift is None:
        return None
    before, after = levels[: shift.cycle], levels[shift.cycle :]
    spread = float(np.median(np.abs(np.r_[before - np.median(before), after - np.median(after)])))
    if abs(np.median(after) - np.median(before)) <= LEAST * 1.4826 * spread:
        return None
    return first + shift.cycle * width


def _around(found: Components, place: int, column: Any, row: int, width: int) -> dict[str, Any]:
    near = column[max(0, row - BLOCKS * width) : row]
    before, after = float(np.median(near)), float(np.median(column[row:]))
    rows = found.times.shape[1] - found.horizon
    time = found.times[place][rows - len(column) + row]
    return {"time": results.iso(np.array([time]))[0], "before": before, "after": after}
