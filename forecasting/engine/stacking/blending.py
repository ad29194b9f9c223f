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

RIDGE: Final = 0.1
HEAVY: Final = 1e3
# The errors of all channels count like this many windows of the channel's own.
SHARED_WINDOWS: Final = 10.0


def simplex_weights(products: Floats, ridge: float = RIDGE) -> Floats:
    """``[M]`` from residual products ``[M, M]``; the sum is held to one by a heavy row."""
    from scipy.optimize import nnls  # noqa: PLC0415 -- the instant models do without

    count = len(products)
    scale = float(np.trace(products)) / count
    matrix = products / scale if scale > 0 else np.zeros_like(products)
    root = np.linalg.cholesky(matrix + (ridge + 1e-9) * np.eye(count)).T
    rows = np.vstack([root, np.full(count, HEAVY)])
    found: Floats = np.asarray(nnls(rows, np.append(np.zeros(count), HEAVY))[0])
    total: Floats = found / found.sum()
    return total


@dataclass(frozen=True, eq=False)
class Products:
    """Sums over one fold: of residual products ``[V, B, M, M]`` and of the squared error of
    repeat-last ``[V, B]``."""

    members: Floats
    naive: Floats


def block_products(
    residuals: Sequence[NDArray[np.float32]], naive: Sequence[Floats], blocks: NDArray[np.int64]
) -> Products:
    """From residuals ``[v]`` ``[M, n, s]`` (0 where unknown) and ``naive[v]`` ``[s]``."""
    count = int(blocks.max()) + 1
    members = residuals[0].shape[0]
    sums = np.zeros((len(residuals), count, members, members))
    scales = np.zeros((len(residuals), count))
    for v, parts in enumerate(residuals):
        for block in range(count):
            places = np.flatnonzero(blocks == block)
            rows = parts[:, :, places].reshape(members, -1)
            sums[v, block] = rows @ rows.T
            scales[v, block] = naive[v][places].sum()
    return Products(sums, scales)


def mean_products(folds: Sequence[Products]) -> tuple[Floats, Floats]:
    """Relative to repeat-last and averaged over folds: of all channels ``[B, M, M]`` and of each
    ``[V, B, M, M]``; a block that no fold has seen takes the one before it."""
    together = [
        Products(f.members.sum(axis=0, keepdims=True), f.naive.sum(axis=0, keepdims=True))
        for f in folds
    ]
    return _over_folds(together)[0], _over_folds(folds)


def _over_folds(folds: Sequence[Products]) -> Floats:
    scales = np.stack([f.naive for f in folds])
    known = (scales > 0).sum(axis=0)
    safe = np.where(scales > 0, scales, np.inf)[..., None, None]
    total = np.sum([f.members / s for f, s in zip(folds, safe, strict=True)], axis=0)
    found: Floats = total / np.maximum(known, 1)[..., None, None]
    for v, block in np.argwhere(known == 0):
        found[v, block] = found[v, block - 1] if block else np.eye(found.shape[-1])
    return found


def step_weights(
    shared: Floats, own: Floats, rows: int, horizon: int, ridge: float = RIDGE
) -> Floats:
    """Weights ``[M, H]`` of one channel from products ``[B, M, M]`` of all channels and its own.

    ``rows`` is how many rows the folds score: a channel's own errors count the more, the more
    windows of the block's length fit into them. One set per block, between the middles of the
    blocks linear in log(1 + h).
    """
    ends = block_ends(horizon)
    trust = (rows / ends / (rows / ends + SHARED_WINDOWS))[:, None, None]
    mixed = (1 - trust) * _unit_trace(shared) + trust * _unit_trace(own)
    weights = np.stack([simplex_weights(products, ridge) for products in mixed])
    firsts = np.concatenate([[0], ends[:-1]])
    middles = np.log1p((firsts + ends - 1) / 2)
    steps = np.log1p(np.arange(horizon))
    return np.stack([np.interp(steps, middles, column) for column in weights.T])


def _unit_trace(products: Floats) -> Floats:
    size = np.trace(products, axis1=1, axis2=2)[:, None, None]
    scaled: Floats = products / np.where(size > 0, size, 1.0)
    return scaled


def blocks_of(steps: NDArray[np.int64], horizon: int) -> NDArray[np.int64]:
    """The block of each step."""
    return block_of(steps, block_ends(horizon))
