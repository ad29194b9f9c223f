"""How far one number per step was off.

Every function takes an actual and a forecast array of one shape, averages over ``axis`` (all by
default), skips places where the actual value is missing and gives NaN where nothing is left.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from forecasting.engine.averaging import Axes, Floats, mean, positive


def mae(actual: Floats, forecast: Floats, axis: Axes = None) -> Floats:
    """Mean absolute error: mean |y - f|.

    In the unit of the data; least for the median; zeros do no harm (Hyndman, Koehler 2006).
    """
    return mean(np.abs(actual - forecast), axis)


def mse(actual: Floats, forecast: Floats, axis: Axes = None) -> Floats:
    """Mean squared error: mean (y - f)^2.

    In the squared unit of the data; least for the mean; one outlier can outweigh all the rest
    (Hyndman, Koehler 2006).
    """
    return mean((actual - forecast) ** 2, axis)


def rmse(actual: Floats, forecast: Floats, axis: Axes = None) -> Floats:
    """Root of the mean squared error: sqrt(mean (y - f)^2).

    In the unit of the data; least for the mean; sensitive to outliers (Hyndman, Koehler 2006).
    """
    return np.sqrt(mse(actual, forecast, axis))


def mape(actual: Floats, forecast: Floats, axis: Axes = None) -> Floats:
    """Mean absolute percentage error: 100 mean |y - f| / |y|.

    Free of scale, needs a natural zero; undefined at y = 0, which is skipped; favours forecasts
    below the median, because an excess can cost without limit (Hyndman, Koehler 2006).
    """
    size = np.where(actual == 0, np.nan, np.abs(actual))
    return 100 * mean(np.abs(actual - forecast) / size, axis)


def smape(actual: Floats, forecast: Floats, axis: Axes = None) -> Floats:
    """Symmetric MAPE as in M4: mean 200 |y - f| / (|y| + |f|), from 0 to 200.

    Free of scale; 0 where both are 0, 200 wherever only one of them is; neither for the mean nor
    for the median, not symmetric in spite of its name (Makridakis et al. 2020).
    """
    size = np.abs(actual) + np.abs(forecast)
    return 200 * mean(np.abs(actual - forecast) / np.where(size == 0, 1.0, size), axis)


def wape(actual: Floats, forecast: Floats, axis: Axes = None) -> Floats:
    """Weighted absolute percentage error: 100 sum |y - f| / sum |y|.

    Free of scale; for the median; zeros do no harm unless all are zero (undefined); large series
    weigh more than small ones (Kolassa, Schütz 2007).
    """
    size = mean(np.abs(actual), axis)
    return 100 * mae(actual, forecast, axis) / positive(size)


def bias(actual: Floats, forecast: Floats, axis: Axes = None) -> Floats:
    """Mean error: mean (f - y), positive when the forecast is too high.

    In the unit of the data; zero for the mean; says nothing about accuracy, since errors of
    opposite sign cancel (Hyndman, Athanasopoulos, FPP3 section 5.8).
    """
    return mean(forecast - actual, axis)


POINT: Final = {
    "mae": mae,
    "rmse": rmse,
    "mape": mape,
    "smape": smape,
    "wape": wape,
    "bias": bias,
}
