"""Series on a common scale: subtract a location, divide by a scale.

The seasonal naive scale is the mean absolute seasonal difference of Hyndman and Koehler (2006).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import ClassVar, Final, Self

import numpy as np

from forecasting.engine.panel import Floats, Panel
from forecasting.engine.preprocessing.step import PerSeries, columns, require_one_of

SMALLEST_SCALE: Final = 1e-290
# From the column [T] and the season length to location and scale.
Measure = Callable[[Floats, int], tuple[float, float]]


def _standard(column: Floats, season: int) -> tuple[float, float]:
    return float(np.nanmean(column)), float(np.nanstd(column))


def _min_max(column: Floats, season: int) -> tuple[float, float]:
    low = float(np.nanmin(column))
    return low, float(np.nanmax(column)) - low


def _robust(column: Floats, season: int) -> tuple[float, float]:
    low, middle, high = (float(q) for q in np.nanquantile(column, (0.25, 0.5, 0.75)))
    return middle, high - low


def _mean_abs(column: Floats, season: int) -> tuple[float, float]:
    return 0.0, float(np.nanmean(np.abs(column)))


def _seasonal_naive(column: Floats, season: int) -> tuple[float, float]:
    lag = season if len(column) > season else 1
    gaps = np.abs(column[lag:] - column[:-lag])
    return 0.0, float(np.nanmean(gaps)) if (~np.isnan(gaps)).any() else 1.0


METHODS: Final[dict[str, Measure]] = {
    "standard": _standard,
    "min_max": _min_max,
    "robust": _robust,
    "mean_abs": _mean_abs,
    "seasonal_naive": _seasonal_naive,
}


@dataclass
class Scaler(PerSeries):
    """``method``: standard, min_max, robust (median, quartiles), mean_abs or seasonal_naive.

    ``season_length`` in steps, 0 takes the usual one of the frequency. A column that does not vary,
    or holds no value, has scale 1.
    """

    method: str = "standard"
    season_length: int = 0
    location_: Floats = field(init=False, repr=False)
    scale_: Floats = field(init=False, repr=False)

    name: ClassVar[str] = "scale"
    arrays: ClassVar[tuple[str, ...]] = ("location_", "scale_")

    def __post_init__(self) -> None:
        require_one_of(self.method, tuple(METHODS))

    def fit(self, panel: Panel) -> Self:
        season = self.season_length or panel.frequency.season_length
        found = np.array(
            [[self._measured(column, season) for column in block] for block in columns(panel)]
        )
        self.ids_ = panel.ids
        self.location_, scale = found[:, :, 0], found[:, :, 1]
        self.scale_ = np.where(np.isfinite(scale) & (scale > SMALLEST_SCALE), scale, 1.0)
        return self

    def _measured(self, column: Floats, season: int) -> tuple[float, float]:
        if np.isnan(column).all():
            return 0.0, 1.0
        return METHODS[self.method](column, season)

    def apply(self, panel: Panel) -> Panel:
        location, scale = self.by_row("location_", panel), self.by_row("scale_", panel)
        return replace(panel, values=(panel.values - location) / scale)

    def undo(self, panel: Panel) -> Panel:
        location, scale = self.by_row("location_", panel), self.by_row("scale_", panel)
        return replace(panel, values=panel.values * scale + location)

    def undo_forecast(self, values: Floats, past: Panel) -> Floats:
        scale = self.by_series("scale_", past)
        back: Floats = values * scale + self.by_series("location_", past)
        return back
