"""How surprising a value is to the forecast that was made of it, on a scale that needs no unit.

The share of past errors that were at least as large is read off the forecast's own calibrated
intervals (a conformal p-value); its normal score is N(0, 1) as long as the model errs as it did
when it was calibrated, whatever the series and its unit. Scores end at ±3, so that one outlier is
an anomaly and no drift.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from forecasting.engine.panel import Floats

# Levels in percent between which a value is placed.
LEVELS: Final = (10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 85.0, 90.0, 95.0, 98.0, 99.0)
MOST: Final = 3.0


def surprise(
    actual: Floats, mean: Floats, lower: Mapping[float, Floats], upper: Mapping[float, Floats]
) -> Floats:
    """Normal scores of ``actual``, from -3 (as forecast) to 3 (never seen); NaN where missing.

    ``lower`` and ``upper`` hold the same shape for every one of at least two levels.
    """
    from scipy.special import ndtri  # noqa: PLC0415 -- only a watch needs it

    gap = np.abs(actual - mean)
    share, before = np.zeros(gap.shape), np.zeros(gap.shape)
    reached = np.zeros(gap.shape, dtype=bool)
    last = 0.0
    for level in sorted(lower):
        edge = np.where(actual > mean, upper[level] - mean, mean - lower[level])
        edge = np.maximum(edge, before)
        here = ~reached & (gap <= edge)
        width = edge - before
        part = np.where(width > 0, (gap - before) / np.where(width > 0, width, 1.0), 0.0)
        share = np.where(here, last + (level / 100 - last) * part, share)
        reached, before, last = reached | here, edge, level / 100
    share = np.where(reached, share, (1 + last) / 2)
    scores = np.clip(ndtri(np.clip(share, 1e-9, 1 - 1e-9)), -MOST, MOST)
    found: Floats = np.where(np.isnan(actual), np.nan, scores)
    return found
