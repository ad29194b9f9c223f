"""How much each member counts for each series.

w = exp(-8 log(own error)) (quality)^-5, normalised: the own error is the mean contribution of
the member for this series over the cutoffs, the quality its overall weighted average relative to
the best member. The first adapts to the series, the second protects from luck. Few judged steps
say little, so the own error is drawn towards what the quality and Naive2's error let expect, as if
that were PRIOR_STEPS more steps.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.panel import Floats

OWN_POWER: Final = 8.0
SHARED_POWER: Final = 5.0
PRIOR_STEPS: Final = 3.0
# A member whose quality alone leaves it less than this share of the best one's weight is dropped.
LEAST_SHARE: Final = 0.02


def qualities(errors: Floats, yardstick: Floats) -> Floats:
    """OWA ``[K]`` of contributions ``[K, O, V]`` against Naive2's ``[O, V]`` where both exist."""
    known = ~np.isnan(errors) & ~np.isnan(yardstick)
    made = np.where(known, errors, 0.0).sum(axis=(1, 2))
    naive = np.where(known, yardstick, 0.0).sum(axis=(1, 2))
    served = known.any(axis=(1, 2))
    # Where Naive2 is without error, so is a good member.
    alone = np.where(made > 0, np.inf, 1.0)
    some = naive > 1e-12 * made.max(initial=0.0)
    ratio = np.where(some, made / np.where(some, naive, 1.0), alone)
    return np.where(served, ratio, np.inf)


def weights(errors: Floats, yardstick: Floats, fits: NDArray[np.bool_], horizon: int) -> Floats:
    """Weights ``[K, V]``, summing to one for every series.

    ``fits`` ``[K, V]`` says which members a series is long enough for today.
    """
    quality = qualities(errors, yardstick)
    naive = np.where(np.isnan(yardstick), 0.0, yardstick).sum(axis=0)
    naive = naive / np.maximum((~np.isnan(yardstick)).sum(axis=0), 1)
    naive = np.where(np.isnan(yardstick).all(axis=0), 1.0, naive)
    expected = np.where(np.isfinite(quality), quality, 1.0)[:, None] * naive
    steps = horizon * (~np.isnan(errors)).sum(axis=1)
    seen = horizon * np.where(np.isnan(errors), 0.0, errors).sum(axis=1)
    own = (seen + PRIOR_STEPS * expected) / (steps + PRIOR_STEPS)
    best = max(float(quality.min()), 1e-12) if np.isfinite(quality).any() else 1.0
    shared = -SHARED_POWER * np.log(np.maximum(quality, 1e-12) / best)
    floor = 1e-6 * max(float(own.mean()), 1e-12)
    logs = shared[:, None] - OWN_POWER * np.log(np.maximum(own, floor))
    logs = np.where(fits & (shared >= np.log(LEAST_SHARE))[:, None], logs, -np.inf)
    top = logs.max(axis=0)
    alone = np.isinf(top)
    logs[0, alone], top[alone] = 0.0, 0.0
    share = np.exp(logs - top)
    normalised: Floats = share / share.sum(axis=0)
    return normalised
