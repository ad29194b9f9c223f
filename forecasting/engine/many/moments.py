"""Sums over the windows of many ragged series, a batch of series of like length at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from forecasting.engine.many.members import Core

Singles = NDArray[np.float32]
BATCH_CELLS: Final = 500_000
WEIGHT_FLOOR: Final = 0.3


@dataclass(frozen=True, eq=False)
class Moments:
    """Per-series sums over windows, each divided by its own mean input variance.

    ``gram`` ``[n, L, L]``, ``cross`` ``[n, L, H]``, ``there`` ``[n]`` whether there is a window.
    """

    gram: Singles
    cross: Singles
    there: NDArray[np.bool_]


def batches(lengths: NDArray[np.int64], width: int) -> Iterator[NDArray[np.int64]]:
    """Positions of series in groups of like length whose windows fit into the cache."""
    order = np.argsort(lengths, kind="stable")
    first = 0
    while first < len(order):
        last = first
        while last < len(order):
            count = max(int(lengths[order[last]]) - width + 1, 1)
            if (last + 1 - first) * count * width > BATCH_CELLS and last > first:
                break
            last += 1
        yield order[first:last]
        first = last


def moments(
    core: Core, block: Singles, lengths: NDArray[np.int64], horizon: int
) -> tuple[Moments, ...]:
    """Sums over series at the right end of ``block`` ``[n, T]``, one for every half-life.

    The ``lengths`` ``[n]`` say how many of the last rows are theirs.
    """
    lookback, width = core.lookback, core.lookback + horizon
    windows = sliding_window_view(block, width, axis=1)
    outcome = windows[:, :, :lookback] @ core.outcome(horizon).astype(np.float32)
    level = windows[:, :, :lookback] @ core.centre().astype(np.float32)
    both = np.empty(windows.shape, dtype=np.float32)
    np.subtract(windows[:, :, :lookback], level[:, :, None], out=both[:, :, :lookback])
    np.subtract(windows[:, :, lookback:], outcome, out=both[:, :, lookback:])
    age = np.arange(windows.shape[1] - 1, -1, -1)
    known = age[None, :] < (lengths - width + 1)[:, None]
    if not known.all():
        both[~known] = 0.0
    sums = (
        _sums(both, lookback, _weights(both[:, :, lookback:], known, age, half_life))
        for half_life in core.half_lives
    )
    there: NDArray[np.bool_] = lengths >= width
    return tuple(Moments(*parts, there) for parts in sums)


def _weights(
    y: Singles, known: NDArray[np.bool_], age: NDArray[np.int64], half_life: int
) -> Singles:
    """With a half-life restless and old windows count less ``[n, W]``; otherwise all alike."""
    if not half_life:
        return np.ones((1, 1), dtype=np.float32)
    size = np.sqrt(np.einsum("nwh,nwh->nw", y, y) / y.shape[2])
    middle = np.array(
        [np.median(row[seen]) if seen.any() else 1.0 for row, seen in zip(size, known, strict=True)]
    )
    ratio = size / np.maximum(middle, 1e-30)[:, None]
    weights = known * 0.5 ** (age / half_life) / np.maximum(ratio, WEIGHT_FLOOR)
    result: Singles = weights.astype(np.float32)
    return result


def _sums(both: Singles, lookback: int, weights: Singles) -> tuple[Singles, Singles]:
    heavy = both[:, :, :lookback]
    if weights.size > 1:
        heavy = heavy * weights[:, :, None]
    sums = heavy.transpose(0, 2, 1) @ both
    size = np.trace(sums, axis1=1, axis2=2) / lookback
    sums /= np.where(size > 0, size, 1.0)[:, None, None]
    return sums[:, :, :lookback], sums[:, :, lookback:]
