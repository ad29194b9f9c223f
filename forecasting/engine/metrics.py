"""How far a forecast was off.

Every function takes arrays of one shape, averages over ``axis`` (all by default), skips places
where the actual value is missing and gives NaN where nothing is left.

Formulas: Hyndman and Koehler 2006 (MAE, RMSE, MAPE, sMAPE, MASE), Makridakis et al. 2020 and 2022
(sMAPE as in M4, RMSSE as in M5), Kolassa and Schütz 2007 (WAPE), Koenker, Bassett 1978 (pinball).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Axes = tuple[int, ...] | None


def mean(values: Floats, axis: Axes = None) -> Floats:
    """Mean of what is not NaN; NaN of nothing."""
    seen = ~np.isnan(values)
    counts = seen.sum(axis=axis)
    total = np.where(seen, values, 0.0).sum(axis=axis)
    return np.where(counts > 0, total / np.maximum(counts, 1), np.nan)


def mae(actual: Floats, forecast: Floats, axis: Axes = None) -> Floats:
    """Mean absolute error, in the unit of the data."""
    return mean(np.abs(actual - forecast), axis)


def mse(actual: Floats, forecast: Floats, axis: Axes = None) -> Floats:
    """Mean squared error."""
    return mean((actual - forecast) ** 2, axis)


def rmse(actual: Floats, forecast: Floats, axis: Axes = None) -> Floats:
    """Root of the mean squared error, in the unit of the data."""
    return np.sqrt(mse(actual, forecast, axis))


def mape(actual: Floats, forecast: Floats, axis: Axes = None) -> Floats:
    """Mean absolute error in percent of the actual value; zeros are skipped."""
    size = np.where(actual == 0, np.nan, np.abs(actual))
    return 100 * mean(np.abs(actual - forecast) / size, axis)


def smape(actual: Floats, forecast: Floats, axis: Axes = None) -> Floats:
    """200 |y - f| / (|y| + |f|) in percent, 0 to 200; 0 where both are 0."""
    size = np.abs(actual) + np.abs(forecast)
    return 200 * mean(np.abs(actual - forecast) / np.where(size == 0, 1.0, size), axis)


def wape(actual: Floats, forecast: Floats, axis: Axes = None) -> Floats:
    """Sum of absolute errors in percent of the sum of absolute actual values."""
    size = mean(np.abs(actual), axis)
    return 100 * mae(actual, forecast, axis) / positive(size)


def bias(actual: Floats, forecast: Floats, axis: Axes = None) -> Floats:
    """Mean of forecast minus actual: positive when the forecast is too high."""
    return mean(forecast - actual, axis)


def mase(actual: Floats, forecast: Floats, scale: Floats, axis: Axes = None) -> Floats:
    """Mean absolute error divided by the seasonal naive one in the training rows."""
    return mean(np.abs(actual - forecast) / positive(scale), axis)


def rmsse(actual: Floats, forecast: Floats, scale: Floats, axis: Axes = None) -> Floats:
    """Root of the mean squared error over the mean squared seasonal naive one in training."""
    return np.sqrt(mean((actual - forecast) ** 2 / positive(scale), axis))


def pinball(actual: Floats, quantile: Floats, probability: float, axis: Axes = None) -> Floats:
    """Quantile loss: an actual above the quantile costs p per unit, one below it 1 - p."""
    gap = actual - quantile
    return mean(np.maximum(probability * gap, (probability - 1) * gap), axis)


def coverage(actual: Floats, lower: Floats, upper: Floats, axis: Axes = None) -> Floats:
    """Share of actual values inside the interval, in percent."""
    inside = ((actual >= lower) & (actual <= upper)).astype(np.float64)
    return 100 * mean(np.where(np.isnan(actual), np.nan, inside), axis)


def width(actual: Floats, lower: Floats, upper: Floats, axis: Axes = None) -> Floats:
    """Mean width of the interval where something was observed, in the unit of the data."""
    return mean(np.where(np.isnan(actual), np.nan, upper - lower), axis)


def naive_scales(column: Floats, season: int) -> tuple[float, float]:
    """Mean absolute and mean squared seasonal difference of a training column ``[T]``.

    Falls back to season 1 for a column not longer than a season.
    """
    lag = season if len(column) > season else 1
    steps = column[lag:] - column[:-lag]
    return float(mean(np.abs(steps))), float(mean(steps * steps))


def positive(scale: ArrayLike) -> Floats:
    """The scale, NaN where it is zero and nothing can be divided by it."""
    sizes = np.asarray(scale, dtype=np.float64)
    return np.where(sizes > 0, sizes, np.nan)


POINT: Final = {
    "mae": mae,
    "rmse": rmse,
    "mape": mape,
    "smape": smape,
    "wape": wape,
    "bias": bias,
}
POOLED: Final = (0, 1, 2, 3)
PER_STEP: Final = (0, 1, 3)
PER_SERIES: Final = (0, 2)


def summary(
    actual: Floats,
    forecast: Floats,
    bands: Mapping[float, tuple[Floats, Floats]],
    scales: tuple[Floats, Floats],
    axis: tuple[int, ...] = POOLED,
) -> dict[str, Any]:
    """All metrics of arrays ``[W, S, H, C]`` over the axes ``axis``, as JSON: NaN becomes None.

    ``bands`` maps a level to lower and upper; ``scales`` are the two naive scales ``[S, C]``. mase
    and rmsse are means over series and channels of each one's own value.
    """
    own = tuple(a for a in axis if a in PER_SERIES)
    result: dict[str, Any] = {
        name: metric(actual, forecast, axis) for name, metric in POINT.items()
    }
    for name, metric, scale in (("mase", mase, scales[0]), ("rmsse", rmsse, scales[1])):
        each = np.expand_dims(metric(actual, forecast, scale[None, :, None, :], own), own)
        result[name] = mean(each, axis)
    result["coverage"] = {p: coverage(actual, *band, axis) for p, band in bands.items()}
    result["width"] = {p: width(actual, *band, axis) for p, band in bands.items()}
    result["pinball"] = {p: _band_loss(actual, p, band, axis) for p, band in bands.items()}
    return {name: as_json(value) for name, value in result.items()}


def _band_loss(
    actual: Floats, level: float, band: tuple[Floats, Floats], axis: tuple[int, ...]
) -> Floats:
    """Mean pinball loss of both ends of an interval."""
    tail = (1 - level / 100) / 2
    lower, upper = pinball(actual, band[0], tail, axis), pinball(actual, band[1], 1 - tail, axis)
    return (lower + upper) / 2


def as_json(value: Any) -> Any:
    """Arrays as nested lists of floats, NaN as None."""
    if isinstance(value, dict):
        return {name: as_json(inner) for name, inner in value.items()}
    if isinstance(value, np.ndarray) and value.ndim:
        return [as_json(inner) for inner in value]
    return None if np.isnan(value) else float(value)
