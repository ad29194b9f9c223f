"""All measures of a backtest in one place: pooled, per step and per series.

Formulas, properties and references stand with each measure, in ``point_metrics``,
``scaled_metrics`` and ``distribution_metrics``; their names can be read from here. What only
benchmarks need (OWA, normalised errors) is in ``benchmark_metrics``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from forecasting.engine.averaging import Axes, Floats, mean, positive
from forecasting.engine.distribution_metrics import (
    coverage,
    crps,
    crps_of_samples,
    grid_weights,
    interval_score,
    pinball,
    width,
    wql,
)
from forecasting.engine.point_metrics import POINT, bias, mae, mape, mse, rmse, smape, wape
from forecasting.engine.scaled_metrics import mase, msis, naive_scales, rmsse

__all__ = [
    "PER_SERIES",
    "PER_STEP",
    "POINT",
    "POOLED",
    "Axes",
    "Bands",
    "as_json",
    "bias",
    "coverage",
    "crps",
    "crps_of_samples",
    "interval_score",
    "mae",
    "mape",
    "mase",
    "mean",
    "mse",
    "msis",
    "naive_scales",
    "pinball",
    "positive",
    "quantiles",
    "rmse",
    "rmsse",
    "smape",
    "summary",
    "wape",
    "width",
    "wql",
]

Bands = Mapping[float, tuple[Floats, Floats]]

# Windows, series, steps and channels; what is averaged over.
POOLED: Final = (0, 1, 2, 3)
PER_STEP: Final = (0, 1, 3)
PER_SERIES: Final = (0, 2)


def summary(
    actual: Floats,
    forecast: Floats,
    bands: Bands,
    scales: tuple[Floats, Floats],
    axis: tuple[int, ...] = POOLED,
) -> dict[str, Any]:
    """All metrics of arrays ``[W, S, H, C]`` over the axes ``axis``, as JSON: NaN becomes None.

    ``bands`` maps a level to lower and upper; ``scales`` are the two naive scales ``[S, C]``. mase,
    rmsse and msis are means over series and channels of each one's own value. wql and crps take the
    ends of the bands for quantiles and the forecast for the median; None without bands.
    """
    result: dict[str, Any] = {
        name: metric(actual, forecast, axis) for name, metric in POINT.items()
    }
    absolute, squared = (scale[None, :, None, :] for scale in scales)
    result["mase"] = _of_each(mase(actual, forecast, absolute, _own(axis)), axis)
    result["rmsse"] = _of_each(rmsse(actual, forecast, squared, _own(axis)), axis)
    result["coverage"] = {p: coverage(actual, *band, axis) for p, band in bands.items()}
    result["width"] = {p: width(actual, *band, axis) for p, band in bands.items()}
    result["pinball"] = {p: _band_loss(actual, p, band, axis) for p, band in bands.items()}
    result["interval_score"] = {
        p: interval_score(actual, *band, p, axis) for p, band in bands.items()
    }
    result["msis"] = {
        p: _of_each(msis(actual, *band, p, absolute, _own(axis)), axis) for p, band in bands.items()
    }
    result |= _distribution(actual, forecast, bands, axis)
    return {name: as_json(value) for name, value in result.items()}


def quantiles(forecast: Floats, bands: Bands) -> tuple[Floats, Floats]:
    """Ends of the bands around the forecast as ``[Q, ...]``, and their Q probabilities."""
    levels = sorted(bands)
    lower = [bands[p][0] for p in reversed(levels)]
    upper = [bands[p][1] for p in levels]
    tails = np.array([(1 - p / 100) / 2 for p in reversed(levels)])
    probabilities = np.concatenate([tails, [0.5], 1 - tails[::-1]])
    return np.stack([*lower, forecast, *upper]), probabilities


def _distribution(
    actual: Floats, forecast: Floats, bands: Bands, axis: tuple[int, ...]
) -> dict[str, Floats]:
    if not bands:
        nothing = np.full_like(mean(actual, axis), np.nan)
        return {"wql": nothing, "crps": nothing}
    values, grid = quantiles(forecast, bands)
    return {
        "wql": wql(actual, values, grid, axis),
        "crps": crps(actual, values, grid, axis, grid_weights(grid)),
    }


def _own(axis: tuple[int, ...]) -> tuple[int, ...]:
    """The axes along which one series and channel has several values."""
    return tuple(a for a in axis if a in PER_SERIES)


def _of_each(values: Floats, axis: tuple[int, ...]) -> Floats:
    """Mean over the series and channels of what each has for itself."""
    return mean(np.expand_dims(values, _own(axis)), axis)


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
