"""One map for all channels: every penalty from one eigendecomposition, chosen per step on folds.

With G = Q diag(w) Q' the ridge map of penalty lam is Q (w + lam)^-1 Q' G_xy (Hoerl and Kennard
1970; Hastie, Tibshirani and Friedman, ESL section 3.4.1). As the anchor is subtracted from inputs
and targets, an infinite penalty is the naive forecast.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.panel import Floats
from forecasting.engine.ridge import shrinkage
from forecasting.engine.stacking.moments import Moments
from forecasting.engine.stacking.origins import Held, Singles

PENALTIES: Final = np.append(np.geomspace(1e-5, 1e2, 12), np.inf)
LARGEST_RANK: Final = 120
SMALL_RANK: Final = 32
MANY_CHANNELS: Final = 50


@dataclass(frozen=True, eq=False)
class Path:
    """All solutions for one anchored mean moment matrix: ``basis`` ``[d, d]``, ``values`` ``[d]``
    and the rotated cross products ``cross`` ``[d, s]`` of some steps."""

    anchor: str
    basis: Floats
    values: Floats
    cross: Floats

    @staticmethod
    def of(mean: Moments, anchor: str) -> Path:
        """Solve; the anchor makes one direction zero, which rounding may turn negative."""
        xx, xy = mean.anchored(anchor)
        values, basis = np.linalg.eigh(xx)
        return Path(anchor, basis, np.maximum(values, 0.0), basis.T @ xy)

    def weights(self, penalties: Floats) -> Singles:
        """The map ``[d, s]`` with a penalty for every step."""
        found = self.basis @ (self.cross * shrinkage(self.values, penalties))
        return found.astype(np.float32)

    def at(self, steps: NDArray[np.int64]) -> Path:
        """Only some of its steps."""
        return Path(self.anchor, self.basis, self.values, self.cross[:, steps])

    def leading(self, channels: int) -> Singles:
        """The directions ``[d, r]`` in which a channel may differ from the others."""
        rank = SMALL_RANK if channels > MANY_CHANNELS else LARGEST_RANK
        return np.ascontiguousarray(self.basis[:, -rank:]).astype(np.float32)


def path_squares(
    path: Path, held: Held, inputs: tuple[Singles, Singles], places: NDArray[np.int64]
) -> Floats:
    """Sum of squared errors ``[P, len(places)]`` of one channel for every penalty."""
    x, level = inputs
    if not len(x):
        return np.zeros((len(PENALTIES), len(places)))
    truth = (held.targets[:, places] - level) * held.known[:, places]
    rotated = x @ path.basis.astype(np.float32)
    cross = path.cross[:, places].astype(np.float32)
    squares = np.empty((len(PENALTIES), len(places)))
    for place, penalty in enumerate(PENALTIES):
        shrunk = cross * shrinkage(path.values, np.array([penalty])).astype(np.float32)
        gap = (rotated @ shrunk) * held.known[:, places] - truth
        squares[place] = np.einsum("ns,ns->s", gap, gap)
    return squares


def mean_ratio(squares: list[Floats], naive: list[Floats]) -> Floats:
    """Mean over folds of squared error over that of repeat-last ``[P, s]``; NaN if none is known.

    ``naive`` holds zero for a step whose outcome no window of the fold knows.
    """
    scales = [np.where(n > 0, n, np.nan) for n in naive]
    stack = np.stack([s / n for s, n in zip(squares, scales, strict=True)])
    known = ~np.isnan(stack)
    counts = known.sum(axis=0)
    total = np.where(known, stack, 0.0).sum(axis=0)
    return np.where(counts > 0, total / np.maximum(counts, 1), np.nan)
