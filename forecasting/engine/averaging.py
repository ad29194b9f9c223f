"""Means over what was observed: the one way every metric treats missing values and zero scales."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Axes = tuple[int, ...] | None


def mean(values: Floats, axis: Axes = None) -> Floats:
    """Mean of what is not NaN; NaN of nothing."""
    seen = ~np.isnan(values)
    counts = seen.sum(axis=axis)
    total = np.where(seen, values, 0.0).sum(axis=axis)
    return np.where(counts > 0, total / np.maximum(counts, 1), np.nan)


def positive(scale: ArrayLike) -> Floats:
    """The scale, NaN where it is zero and nothing can be divided by it."""
    sizes = np.asarray(scale, dtype=np.float64)
    return np.where(sizes > 0, sizes, np.nan)
