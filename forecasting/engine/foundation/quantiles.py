"""Quantiles of a pretrained network as intervals that cover what they say.

The network's own quantiles, brought to the five that the trees learn too, are widened or narrowed
by what past windows of these series show (conformalised quantile regression, see
boosting/quantile.py), and by what the outcomes since then have taught (see online.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from statistics import NormalDist

import numpy as np

from forecasting.engine.boosting.quantile import QUANTILES, Recalibration, nested
from forecasting.engine.intervals import Conformal, check_levels, no_shift
from forecasting.engine.panel import Floats, Panel


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


def bands(
    quantiles: Floats,
    mean: Floats,
    levels: Sequence[float],
    panel: Panel,
    learned: tuple[Conformal, Recalibration],
) -> tuple[dict[float, Floats], dict[float, Floats]]:
    """Lower and upper ends ``[S, H, C]`` from quantiles ``[5, S, H, C]``."""
    check_levels(levels)
    intervals, recalibration = learned
    steps = mean.shape[1]
    _, spread = intervals.moments(panel)
    scale = spread.reshape(len(panel), 1, -1)
    now = intervals.half_widths(levels, panel, steps)
    at_rest = replace(intervals, shift=no_shift(len(intervals.mean), intervals.table.shape[2]))
    first = at_rest.half_widths(levels, panel, steps)
    found = {}
    for level in levels:
        low, high = recalibration.bands(quantiles, scale, level)
        known = first[level] > 0
        factor = np.where(known, now[level], 1.0) / np.where(known, first[level], 1.0)
        found[level] = mean - (mean - low) * factor, mean + (high - mean) * factor
    return nested(found, mean)
