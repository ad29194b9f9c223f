"""Ridge regression from a lookback to every step, for all penalties from one eigendecomposition.

With G = Q diag(w) Q' the map of penalty lam is B(lam) = Q (w + lam)^-1 Q' G_xy (Hoerl and Kennard
1970; the path by eigendecomposition: Hastie, Tibshirani and Friedman, ESL section 3.4.1).
Subtracting the anchor from input and target makes the infinite penalty the naive forecast.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.gram import anchor_weights, anchored
from forecasting.engine.held_out import Held
from forecasting.engine.missing import Scaled
from forecasting.engine.panel import Floats
from forecasting.engine.running_sums import RunningSums

SMALLEST_PENALTY: Final = 1e-5
LARGEST_PENALTY: Final = 1e2
SMOOTHED_STEPS: Final = 1


def penalty_path(count: int) -> Floats:
    """``count`` penalties on a log scale and infinity, ``[count + 1]``."""
    return np.append(np.geomspace(SMALLEST_PENALTY, LARGEST_PENALTY, count), np.inf)


@dataclass(frozen=True, eq=False)
class Path:
    """All ridge solutions of one anchored Gram: ``basis`` ``[L, L]``, ``values`` ``[L]``, and the
    rotated cross products ``cross`` ``[L, H]``."""

    anchor: str
    basis: Floats
    values: Floats
    cross: Floats

    @staticmethod
    def of(gram: Floats, anchor: str) -> Path:
        """Solve a half Gram ``[L, L + H]`` already divided by its number of windows."""
        lookback = len(gram)
        moved = anchored(gram, anchor_weights(anchor, lookback))
        values, basis = np.linalg.eigh(moved[:, :lookback])
        # The anchor makes one direction exactly zero, which rounding may turn negative.
        return Path(anchor, basis, np.maximum(values, 0.0), basis.T @ moved[:, lookback:])

    def weights(self, penalties: Floats) -> Floats:
        """The map ``[L, H]`` with a penalty for every step; infinity gives a zero column."""
        return self.basis @ (self.cross * shrinkage(self.values, penalties))

    def scaled_cross(self, penalties: Floats, steps: NDArray[np.int64]) -> Floats:
        """The same map for some steps, in the rotated coordinates of ``basis``."""
        return self.cross[:, steps] * shrinkage(self.values, penalties[steps])


def shrinkage(values: Floats, penalties: Floats) -> Floats:
    """1 / (w + lam) ``[L, len(penalties)]``, zero at infinity."""
    return np.where(np.isinf(penalties), 0.0, 1.0 / (values[:, None] + penalties))


def mean_gram(scaled: Scaled, ends: NDArray[np.int64], lookback: int, width: int) -> Floats:
    """Half Gram ``[L, K]`` of the rows before ``ends`` ``[V]``, averaged over all windows."""
    return RunningSums.of(scaled, ends, lookback, width).mean


def path_errors(
    path: Path, held: Held, penalties: Floats, steps: NDArray[np.int64], places: NDArray[np.int64]
) -> Floats:
    """Mean squared error ``[P, len(places)]``, NaN for a step without a known target.

    ``steps[places]`` are the steps to score and ``held.targets[:, places]`` their truth.
    """
    x, y, _ = held.anchored(path.anchor)
    wanted = y[:, places]
    known = ~np.isnan(wanted)
    counts = known.sum(axis=0)
    # Half the digits are enough to compare penalties, and twice as fast.
    truth = np.where(known, wanted, 0.0).astype(np.float32)
    rotated = x.astype(np.float32) @ path.basis.astype(np.float32)
    cross = path.cross[:, steps[places]]
    errors = np.empty((len(penalties), len(places)))
    for place, penalty in enumerate(penalties):
        shrunk = cross * shrinkage(path.values, np.array([penalty]))
        gap = rotated @ shrunk.astype(np.float32)
        gap -= truth
        gap *= known
        errors[place] = np.einsum("ns,ns->s", gap, gap)
    return np.where(counts > 0, errors / np.maximum(counts, 1), np.nan)


def choose_penalties(ratios: Floats, penalties: Floats) -> tuple[Floats, float]:
    """The best penalty of every scored step ``[s]`` and the mean ratio it reaches.

    ``ratios`` ``[P, s]`` are errors relative to repeat-last, smoothed over neighbouring steps; a
    step never scored takes the choice of the nearest earlier one.
    """
    scored = np.flatnonzero(~np.isnan(ratios).all(axis=0))
    if not len(scored):
        return np.full(ratios.shape[1], 1.0), np.inf
    kept = ratios[:, scored]
    smooth = np.stack(
        [
            kept[:, max(0, i - SMOOTHED_STEPS) : i + SMOOTHED_STEPS + 1].mean(axis=1)
            for i in range(len(scored))
        ],
        axis=1,
    )
    best = smooth.argmin(axis=0)
    nearest = np.maximum(np.searchsorted(scored, np.arange(ratios.shape[1]), side="right") - 1, 0)
    reached = kept[best, np.arange(len(scored))]
    return penalties[best][nearest], float(reached.mean())


def spread_penalties(chosen: Floats, steps: NDArray[np.int64], horizon: int) -> Floats:
    """Penalties for every step ``[H]``, interpolated in the logarithm between the scored steps."""
    finite = np.where(np.isinf(chosen), 1e6, chosen)
    path = np.exp(np.interp(np.arange(horizon), steps, np.log(finite)))
    return np.where(path > 1e6 * (1 - 1e-9), np.inf, path)
