"""Values far from the middle of their neighbours (Hampel's filter). No check itself.

Seven numbers are put in order far enough to know the fourth by thirteen comparisons of whole
blocks, many times faster than to sort every window.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
LIMIT, SPAN = 3.0, 3
_MEDIAN_SCALE = 1.4826
# A block and its neighbours stay in the cache of a processor.
_BLOCK = 8_192
# Pairs that are put in order, one after the other; then place 3 holds the median of 0 to 6.
_ORDER = (
    (0, 5), (0, 3), (1, 6), (2, 4), (0, 1), (3, 5), (2, 6), (2, 3), (3, 6), (4, 5), (1, 4), (1, 3),
    (3, 4),
)  # fmt: skip
_WIDTH = 2 * SPAN + 1


def by_hampel(values: Floats, limit: float = LIMIT) -> Flags:
    """Further from the median of three neighbours a side than so many robust deviations."""
    flags = np.zeros(len(values), dtype=bool)
    padded = np.pad(values, SPAN, constant_values=np.nan)
    work = np.empty((_WIDTH + 1, min(_BLOCK, max(len(values), 1))))
    for start in range(0, len(values), _BLOCK):
        here = values[start : start + _BLOCK]
        around = padded[start : start + len(here) + 2 * SPAN]
        middle, spread = _middle_and_spread(around, work[:, : len(here)])
        with np.errstate(invalid="ignore"):
            flags[start : start + _BLOCK] = np.abs(here - middle) > limit * spread
    return flags


def _middle_and_spread(around: Floats, work: Floats) -> tuple[Floats, Floats]:
    """Median and its robust deviation of each window of `around`; `work` is room for them."""
    windows = np.lib.stride_tricks.sliding_window_view(around, work.shape[1])
    work[:_WIDTH] = windows
    middle = _fourth(work).copy()
    np.abs(np.subtract(windows, middle, out=work[:_WIDTH]), out=work[:_WIDTH])
    spread = _MEDIAN_SCALE * _fourth(work)
    # A missing neighbour makes the median of seven missing: that of those present counts.
    partly = np.flatnonzero(np.isnan(middle))
    if len(partly):
        few = windows[:, partly].T
        middle[partly] = _medians(few)
        spread[partly] = _MEDIAN_SCALE * _medians(np.abs(few - middle[partly, None]))
    return middle, spread


def _fourth(work: Floats) -> Floats:
    """Median of the first seven rows, in place; the row after them is room for one of a pair."""
    spare = work[_WIDTH]
    for low, high in _ORDER:
        np.minimum(work[low], work[high], out=spare)
        np.maximum(work[low], work[high], out=work[high])
        work[low] = spare
    fourth: Floats = work[SPAN]
    return fourth


def _medians(few: Floats) -> Floats:
    """Row medians, missing numbers left out."""
    ordered = np.sort(few, axis=1)
    count = few.shape[1] - np.count_nonzero(np.isnan(ordered), axis=1)
    rows = np.arange(len(few))
    low = ordered[rows, np.maximum(count - 1, 0) // 2]
    medians: Floats = low / 2 + ordered[rows, np.minimum(count // 2, few.shape[1] - 1)] / 2
    return medians
