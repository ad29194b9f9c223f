"""How much each member counts for each series.

w = exp(-8 log(own error)) (quality)^-5, normalised: the own error is the mean contribution of
the member for this series over the cutoffs, the quality its overall weighted average relative to
the best member. The first adapts to the series, the second protects from luck.
"""

from __future__ import annotations

import warnings
from typing import Final

import numpy as np

from forecasting.engine.panel import Floats

OWN_POWER: Final = 8.0
SHARED_POWER: Final = 5.0
# A member whose quality alone leaves it less than this share of the best one's weight is dropped.
LEAST_SHARE: Final = 0.02


def qualities(errors: Floats, yardstick: Floats) -> Floats:
    """OWA ``[K]`` of contributions ``[K, O, V]`` against Naive2's ``[O, V]`` where both exist."""
    known = ~np.isnan(errors) & ~np.isnan(yardstick)
    made = np.where(known, errors, 0.0).sum(axis=(1, 2))
    naive = np.where(known, yardstick, 0.0).sum(axis=(1, 2))
    served = known.any(axis=(1, 2))
    ratio = np.where(naive > 0, made / np.where(naive > 0, naive, 1.0), np.where(made > 0, 9.0, 1.0))
    return np.where(served, ratio, np.inf)


def weights(errors: Floats, yardstick: Floats, fits: Floats) -> Floats:
    """Weights ``[K, V]``, summing to one for every series.

    ``fits`` ``[K, V]`` says which members a series is long enough for today. Where a member was
    not judged on a series, its quality times the error of Naive2 stands in.
    """
    quality = qualities(errors, yardstick)
    with warnings.catch_warnings():
        # A series too short for every cutoff has no error at all.
        warnings.simplefilter("ignore", RuntimeWarning)
        own = np.nanmean(errors, axis=1)
        naive = np.nanmean(yardstick, axis=0)
    naive = np.where(np.isnan(naive), 1.0, naive)
    stand_in = np.where(np.isfinite(quality), quality, 1.0)[:, None] * naive
    own = np.where(np.isnan(own), stand_in, own)
    best = max(float(quality.min()), 1e-12)
    shared = np.where(np.isfinite(quality), -SHARED_POWER * np.log(np.maximum(quality, 1e-12) / best), -np.inf)
    floor = 1e-6 * max(float(own.mean()), 1e-12)
    logs = shared[:, None] - OWN_POWER * np.log(np.maximum(own, floor))
    logs = np.where((fits > 0) & (shared >= np.log(LEAST_SHARE))[:, None], logs, -np.inf)
    top = logs.max(axis=0)
    alone = np.isinf(top)
    logs[0, alone], top[alone] = 0.0, 0.0
    share = np.exp(logs - top)
    normalised: Floats = share / share.sum(axis=0)
    return normalised
