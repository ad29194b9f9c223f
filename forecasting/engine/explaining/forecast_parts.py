"""A forecast of some of its series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from forecasting.engine.forecast import Forecast


def of_series(forecast: Forecast, ids: Sequence[str]) -> Forecast:
    """Only the series named, in this order, without bands."""
    rows = [forecast.ids.index(name) for name in ids]
    return replace(
        forecast,
        ids=tuple(ids),
        times=forecast.times[rows],
        mean=forecast.mean[rows],
        lower={},
        upper={},
    )
