"""Inputs and targets at given origins; an origin is the first row that is not seen."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from forecasting.engine.panel import Floats

Origins = NDArray[np.int64]
DENSE_STEPS: Final = 48
STEP_STRIDE: Final = 7  # coprime with 24 and 96, so that no hour of the day is skipped


def inputs(column: Floats, origins: Origins, lookback: int) -> Floats:
    """The ``lookback`` values before each origin ``[n, L]``; a short past repeats its oldest."""
    short = lookback - int(origins.min(initial=lookback))
    if short > 0:
        column = np.concatenate([np.full(short, column[0]), column])
        origins = origins + short
    return sliding_window_view(column, lookback)[origins - lookback]


def targets(
    column: Floats, seen: NDArray[np.bool_], origins: Origins, steps: NDArray[np.int64], end: int
) -> Floats:
    """Values ``steps`` (0 is the first unseen row) after each origin ``[n, len(steps)]``.

    NaN at and after row ``end`` and where the value was not observed.
    """
    rows = origins[:, None] + steps
    inside = np.minimum(rows, len(column) - 1)
    return np.where((rows < end) & seen[inside], column[inside], np.nan)


def strided_origins(first: int, end: int, most: int) -> Origins:
    """At most ``most`` origins spread evenly over the rows ``[first, end)``."""
    count = min(most, max(0, end - first))
    return np.unique(np.linspace(first, end - 1, count).astype(np.int64)) if count else _NONE


def scored_steps(horizon: int) -> NDArray[np.int64]:
    """Steps that stand for all: each of the first 48, then every seventh, and the last."""
    dense = np.arange(min(horizon, DENSE_STEPS))
    sparse = np.arange(DENSE_STEPS, horizon, STEP_STRIDE)
    return np.unique(np.concatenate([dense, sparse, [horizon - 1]]))


_NONE: Final = np.zeros(0, dtype=np.int64)
