"""How much each member counts, per block of steps.

Weights minimise the error of the blend on held-out windows, w'(Q/s + r I)w with w >= 0 and sum 1
(stacked regression, Breiman 1996), Q being the mean over folds of the members' residual products
relative to their own mean square, so that a fold in which all do badly counts no more than others.
Large errors count a little less than their squares: the loss lies between squared and absolute
error (iteratively reweighted least squares, Holland and Welsch 1977). The penalty r keeps like
members alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.blocks import block_ends, block_of
from forecasting.engine.panel import Floats
from forecasting.engine.simplex import least_on_simplex

RIDGE: Final = 0.1
# An error counts by its size to the power of two less this; one far below the usual by its square.
LESS_THAN_SQUARE: Final = 0.25
LEAST_SIZE: Final = 0.3


def simplex_weights(products: Floats, ridge: float = RIDGE) -> Floats:
    """``[M]`` from residual products ``[M, M]``; the ridge is relative to their mean diagonal."""
    scale = float(np.trace(products)) / len(products)
    matrix = products / scale if scale > 0 else np.zeros_like(products)
    return least_on_simplex(matrix + (ridge + 1e-9) * np.eye(len(products)))


def products(residuals: NDArray[np.float32], blocks: NDArray[np.int64]) -> Floats:
    """Sums of residual products ``[B, M, M]`` of one channel in one fold.

    ``residuals`` ``[M, n, s]`` are 0 where no target is known.
    """
    count, members = int(blocks.max()) + 1, len(residuals)
    sums = np.zeros((count, members, members))
    for block in range(count):
        rows = residuals[:, :, np.flatnonzero(blocks == block)].reshape(members, -1)
        sums[block] = (rows * _shares(rows)) @ rows.T
    return sums


def _shares(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """How much each held-out value counts ``[N]``, by the usual size of the members' errors."""
    size = np.abs(rows.mean(axis=0))
    seen = size > 0
    usual = float(np.median(size[seen])) if seen.any() else 1.0
    found: NDArray[np.float32] = np.maximum(size / usual, LEAST_SIZE) ** -LESS_THAN_SQUARE
    return found.astype(np.float32)


def relative(sums: Floats) -> Floats:
    """Products of one fold over their mean diagonal ``[B, M, M]``; NaN for a block nobody saw."""
    scale = np.trace(sums, axis1=1, axis2=2) / sums.shape[-1]
    found: Floats = sums / np.where(scale > 0, scale, np.nan)[:, None, None]
    return found


def step_weights(folds: Sequence[Floats], horizon: int, ridge: float = RIDGE) -> Floats:
    """Weights ``[M, H]`` from the products of every fold: one set per block, between the middles of
    the blocks linear in log(1 + h). A block that no fold has seen takes the one before it."""
    stack = np.stack([relative(fold) for fold in folds])
    known = ~np.isnan(stack[:, :, 0, 0])
    counts = np.maximum(known.sum(axis=0), 1)[:, None, None]
    mean = np.where(known[:, :, None, None], stack, 0.0).sum(axis=0) / counts
    for block in np.flatnonzero(~known.any(axis=0)):
        mean[block] = mean[block - 1] if block else np.eye(mean.shape[-1])
    weights = np.stack([simplex_weights(products, ridge) for products in mean])
    ends = block_ends(horizon)
    firsts = np.concatenate([[0], ends[:-1]])
    middles = np.log1p((firsts + ends - 1) / 2)
    steps = np.log1p(np.arange(horizon))
    return np.stack([np.interp(steps, middles, column) for column in weights.T])


def blocks_of(steps: NDArray[np.int64], horizon: int) -> NDArray[np.int64]:
    """The block of each step."""
    return block_of(steps, block_ends(horizon))
