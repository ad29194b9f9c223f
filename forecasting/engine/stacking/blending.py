"""How much each member counts, per block of steps.

Weights minimise the squared error of the blend on held-out windows, w'(Q/s + r I)w with w >= 0 and
sum 1 (stacked regression, Breiman 1996), Q being the mean over folds of the members' residual
products relative to the error of repeat-last. The penalty r keeps like members alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.blocks import block_ends, block_of
from forecasting.engine.panel import Floats
from forecasting.engine.simplex import least_on_simplex

RIDGE: Final = 0.1


def simplex_weights(products: Floats, ridge: float = RIDGE) -> Floats:
    """``[M]`` from residual products ``[M, M]``; the ridge is relative to their mean diagonal."""
    scale = float(np.trace(products)) / len(products)
    matrix = products / scale if scale > 0 else np.zeros_like(products)
    return least_on_simplex(matrix + (ridge + 1e-9) * np.eye(len(products)))


@dataclass(frozen=True, eq=False)
class Products:
    """Sums over one fold: of residual products ``[B, M, M]`` and of the squared error of
    repeat-last ``[B]``."""

    members: Floats
    naive: Floats

    @staticmethod
    def of(residuals: NDArray[np.float32], naive: Floats, blocks: NDArray[np.int64]) -> Products:
        """Of one channel: residuals ``[M, n, s]`` (0 where unknown) and ``naive`` ``[s]``."""
        count, members = int(blocks.max()) + 1, len(residuals)
        sums, scales = np.zeros((count, members, members)), np.zeros(count)
        for block in range(count):
            places = np.flatnonzero(blocks == block)
            rows = residuals[:, :, places].reshape(members, -1)
            sums[block] = rows @ rows.T
            scales[block] = naive[places].sum()
        return Products(sums, scales)

    def relative(self) -> Floats:
        """Products over the error of repeat-last ``[B, M, M]``, NaN for a block nobody has seen."""
        found: Floats = self.members / np.where(self.naive > 0, self.naive, np.nan)[:, None, None]
        return found


def total(parts: Sequence[Products]) -> Products:
    """The sum over channels."""
    members = np.sum([p.members for p in parts], axis=0)
    return Products(members, np.sum([p.naive for p in parts], axis=0))


def step_weights(folds: Sequence[Products], horizon: int, ridge: float = RIDGE) -> Floats:
    """Weights ``[M, H]`` by the mean over folds: one set per block, between the middles of the
    blocks linear in log(1 + h). A block that no fold has seen takes the one before it."""
    stack = np.stack([fold.relative() for fold in folds])
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
