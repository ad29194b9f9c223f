"""Errors measured in seasonal naive errors of the training rows, comparable between series.

``scale`` is one of ``naive_scales`` and must broadcast against the actual values. A series whose
training rows repeat exactly has scale zero and no scaled error.
"""

from __future__ import annotations

import numpy as np

from forecasting.engine.averaging import Axes, Floats, mean, positive
from forecasting.engine.distribution_metrics import interval_losses


def mase(actual: Floats, forecast: Floats, scale: Floats, axis: Axes = None) -> Floats:
    """Mean absolute scaled error: mean |y - f| / s, s = mean |y_t - y_(t-m)| in training.

    Free of scale; for the median; zeros do no harm; below 1 is better than the seasonal naive
    forecast one season ahead was in training (Hyndman, Koehler 2006).
    """
    return mean(np.abs(actual - forecast) / positive(scale), axis)


def rmsse(actual: Floats, forecast: Floats, scale: Floats, axis: Axes = None) -> Floats:
    """Root mean squared scaled error: sqrt(mean (y - f)^2 / q), q = mean (y_t - y_(t-m))^2.

    Free of scale; for the mean, and so fit for series with many zeros (Makridakis et al. 2022,
    M5, with m = 1).
    """
    return np.sqrt(mean((actual - forecast) ** 2 / positive(scale), axis))


def msis(
    actual: Floats,
    lower: Floats,
    upper: Floats,
    level: float,
    scale: Floats,
    axis: Axes = None,
) -> Floats:
    """Mean scaled interval score: the interval score divided by s, s = mean |y_t - y_(t-m)|.

    Free of scale; proper for the two quantiles of the interval; zeros do no harm (Makridakis et
    al. 2020, M4; the interval score is Gneiting and Raftery's, 2007).
    """
    return mean(interval_losses(actual, lower, upper, level) / positive(scale), axis)


def naive_scales(column: Floats, season: int) -> tuple[float, float]:
    """Mean absolute and mean squared seasonal difference of a training column ``[T]``.

    Falls back to season 1 for a column not longer than a season.
    """
    lag = season if len(column) > season else 1
    steps = column[lag:] - column[:-lag]
    return float(mean(np.abs(steps))), float(mean(steps * steps))
