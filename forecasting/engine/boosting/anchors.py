"""What is subtracted from a window before trees see it.

Trees forecast only what they have seen; differences against the recent past can be seen at any
level.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.panel import Floats

KINDS: Final = ("last", "mean", "seasonal")
Steps = NDArray[np.int64]


def anchored(windows: Floats, steps: Steps, kind: str, season: int) -> Floats:
    """The anchor ``[n, k]`` of windows ``[n, L]`` for ``steps`` ``[n, k]`` ahead (0 the first).

    The last value, the mean of the last season, or the value of the same phase one season before.
    Where that is missing the last observed value stands in, and 0 where none is.
    """
    last = _last(windows)[:, None]
    found = last
    if kind == "mean":
        found = observed_mean(windows[:, -season:])[:, None]
    elif kind == "seasonal":
        found = aligned(windows, steps, season, 1)[:, :, 0]
    return np.where(np.isnan(found), last, np.broadcast_to(found, steps.shape))


def aligned(windows: Floats, steps: Steps, season: int, count: int) -> Floats:
    """Values of the same phase as each step, the last ``count`` seasons, ``[n, k, count]``.

    NaN where a season lies before the window.
    """
    rows = windows.shape[1]
    places = rows + (steps % season)[:, :, None] - season * np.arange(1, count + 1)
    found = windows[np.arange(len(windows))[:, None, None], np.maximum(places, 0)]
    return np.where(places >= 0, found, np.nan)


def best_anchor(windows: Floats, steps: Steps, targets: Floats, season: int) -> str:
    """The anchor that by itself forecasts ``targets`` ``[n, k]`` best (squared error)."""
    kinds = KINDS if 1 < season <= windows.shape[1] else KINDS[:1]
    errors = {k: np.nanmean((targets - anchored(windows, steps, k, season)) ** 2) for k in kinds}
    return min(errors, key=lambda kind: float(errors[kind]))


def _last(windows: Floats) -> Floats:
    seen = ~np.isnan(windows)
    place = windows.shape[1] - 1 - np.argmax(seen[:, ::-1], axis=1)
    found: Floats = np.nan_to_num(windows[np.arange(len(windows)), place])
    return found


def observed_mean(values: Floats) -> Floats:
    """Mean over the last axis of what is not NaN; NaN of nothing."""
    seen = ~np.isnan(values)
    counts = seen.sum(axis=-1)
    total = np.where(seen, values, 0.0).sum(axis=-1)
    return np.where(counts > 0, total / np.maximum(counts, 1), np.nan)
