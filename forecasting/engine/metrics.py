"""How far a forecast was off.

Every function takes arrays of one shape, skips places where the actual value is missing and returns
NaN when nothing is left. Formulas: Hyndman and Koehler 2006 (MAE, RMSE, MAPE, sMAPE, MASE),
Makridakis et al. 2020 and 2022 (sMAPE as in M4, RMSSE as in M5), Kolassa and Schütz 2007 (WAPE),
Koenker and Bassett 1978 (pinball).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def mean(values: Floats) -> float:
    """Mean of what is not NaN; NaN of nothing."""
    seen = values[~np.isnan(values)]
    return float(seen.mean()) if seen.size else float("nan")


def mae(actual: Floats, forecast: Floats) -> float:
    """Mean absolute error, in the unit of the data."""
    return mean(np.abs(actual - forecast))


def mse(actual: Floats, forecast: Floats) -> float:
    """Mean squared error."""
    return mean((actual - forecast) ** 2)


def rmse(actual: Floats, forecast: Floats) -> float:
    """Root of the mean squared error, in the unit of the data."""
    return float(np.sqrt(mse(actual, forecast)))


def mape(actual: Floats, forecast: Floats) -> float:
    """Mean absolute error in percent of the actual value; zeros are skipped."""
    size = np.where(actual == 0, np.nan, np.abs(actual))
    return 100 * mean(np.abs(actual - forecast) / size)


def smape(actual: Floats, forecast: Floats) -> float:
    """200 |y - f| / (|y| + |f|) in percent, 0 to 200; 0 where both are 0."""
    size = np.abs(actual) + np.abs(forecast)
    ratio = np.abs(actual - forecast) / np.where(size == 0, 1.0, size)
    return 200 * mean(ratio)


def wape(actual: Floats, forecast: Floats) -> float:
    """Sum of absolute errors in percent of the sum of absolute actual values."""
    size = mean(np.abs(actual))
    return 100 * mae(actual, forecast) / size if size > 0 else float("nan")


def bias(actual: Floats, forecast: Floats) -> float:
    """Mean of forecast minus actual: positive when the forecast is too high."""
    return mean(forecast - actual)


def mase(actual: Floats, forecast: Floats, scale: Floats | float) -> float:
    """Mean absolute error divided by the seasonal naive one in the training rows."""
    return mean(np.abs(actual - forecast) / _positive(scale))


def rmsse(actual: Floats, forecast: Floats, scale: Floats | float) -> float:
    """Root of the mean squared error over the mean squared seasonal naive one in training."""
    return float(np.sqrt(mean((actual - forecast) ** 2 / _positive(scale))))


def pinball(actual: Floats, quantile: Floats, probability: float) -> float:
    """Quantile loss: an actual above the quantile costs p per unit, one below it 1 - p."""
    gap = actual - quantile
    return mean(np.maximum(probability * gap, (probability - 1) * gap))


def coverage(actual: Floats, lower: Floats, upper: Floats) -> float:
    """Share of actual values inside the interval, in percent."""
    inside = ((actual >= lower) & (actual <= upper)).astype(np.float64)
    return 100 * mean(np.where(np.isnan(actual), np.nan, inside))


def width(actual: Floats, lower: Floats, upper: Floats) -> float:
    """Mean width of the interval, in the unit of the data."""
    return mean(np.where(np.isnan(actual), np.nan, upper - lower))


def naive_scales(column: Floats, season: int) -> tuple[float, float]:
    """Mean absolute and mean squared seasonal difference of a training column ``[T]``.

    Falls back to season 1 for a column not longer than a season.
    """
    lag = season if len(column) > season else 1
    steps = column[lag:] - column[:-lag]
    return mean(np.abs(steps)), mean(steps * steps)


def _positive(scale: Floats | float) -> Floats:
    sizes = np.asarray(scale, dtype=np.float64)
    return np.where(sizes > 0, sizes, np.nan)


POINT = {"mae": mae, "rmse": rmse, "mape": mape, "smape": smape, "wape": wape, "bias": bias}


def summary(
    actual: Floats,
    forecast: Floats,
    bands: Mapping[float, tuple[Floats, Floats]],
    scales: tuple[Floats, Floats],
) -> dict[str, Any]:
    """All metrics of arrays ``[W, S, H, C]``, as JSON: NaN becomes None.

    ``bands`` maps a level to lower and upper; ``scales`` are the two naive scales ``[S, C]``.
    mase and rmsse are means over series and channels of each one's own value.
    """
    result: dict[str, Any] = {name: f(actual, forecast) for name, f in POINT.items()}
    result["mase"], result["rmsse"] = _scaled_errors(actual, forecast, scales)
    result["coverage"] = {p: coverage(actual, *b) for p, b in bands.items()}
    result["width"] = {p: width(actual, *b) for p, b in bands.items()}
    result["pinball"] = {p: _pinball_of_band(actual, p, *b) for p, b in bands.items()}
    return {name: _json(value) for name, value in result.items()}


def _scaled_errors(
    actual: Floats, forecast: Floats, scales: tuple[Floats, Floats]
) -> tuple[float, float]:
    pairs = list(np.ndindex(*scales[0].shape))
    mases, rmsses = np.empty(len(pairs)), np.empty(len(pairs))
    for place, (s, c) in enumerate(pairs):
        y, f = actual[:, s, :, c], forecast[:, s, :, c]
        mases[place] = mase(y, f, scales[0][s, c])
        rmsses[place] = rmsse(y, f, scales[1][s, c])
    return mean(mases), mean(rmsses)


def _pinball_of_band(actual: Floats, level: float, lower: Floats, upper: Floats) -> float:
    tail = (1 - level / 100) / 2
    return (pinball(actual, lower, tail) + pinball(actual, upper, 1 - tail)) / 2


def _json(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _json(inner) for name, inner in value.items()}
    return None if np.isnan(value) else float(value)
