"""Quantiles of a pretrained network as intervals that cover what they say.

The network's own quantiles, brought to the five that the trees learn too, are widened or narrowed
by what past windows of these series show (conformalised quantile regression, see
recalibration.py), and by what the outcomes since then have taught (see online.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np

from forecasting.engine.panel import Floats
from forecasting.engine.recalibration import QUANTILES


def usual(found: Floats, levels: Sequence[float]) -> Floats:
    """The five usual quantiles ``[5, ..., H]`` of a network's own ``[..., Q, H]``.

    Linear between two levels on the normal scale, and beyond the outer ones; never crossing.
    """
    ordered = np.sort(np.moveaxis(found, -2, 0), axis=0)
    own = np.array([NormalDist().inv_cdf(level) for level in levels])
    made = []
    for level in QUANTILES:
        place = NormalDist().inv_cdf(level)
        right = int(np.clip(np.searchsorted(own, place), 1, len(own) - 1))
        share = (place - own[right - 1]) / (own[right] - own[right - 1])
        made.append(ordered[right - 1] * (1 - share) + ordered[right] * share)
    return np.stack(made)
