"""Errors of past base forecasts: what weighs the series and shakes the sample paths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.backtest_result import outcome
from forecasting.engine.errors import SettingsError, gettext_noop
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.out_of_fold import OutOfFold
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.watch import Watch

MOST_PERSISTENCE: Final = 0.99


@dataclass(frozen=True, eq=False)
class PastErrors:
    """Outcome minus forecast, ``values`` ``[W, n, H, C]`` for W past windows, NaN where unknown.

    The series come in the order of the forecast. ``independent`` says how many windows side by side
    would span the same rows; overlapping ones are alike.
    """

    values: Floats
    independent: float

    def __post_init__(self) -> None:
        if self.values.ndim != 4 or np.isinf(self.values).any():
            raise SettingsError(
                gettext_noop(
                    "Past errors are finite numbers by window, series, step and channel, NaN where "
                    "unknown."
                )
            )

    @staticmethod
    def of(values: Floats) -> PastErrors:
        """From errors ``[W, n, H, C]``, or one-step errors ``[T, n]``, each a window of its own."""
        table = np.asarray(values, dtype=np.float64)
        return PastErrors(table[:, :, None, None] if table.ndim == 2 else table, float(len(table)))

    @staticmethod
    def out_of_fold(
        model: Forecaster, panel: Panel, horizon: int, windows: int, watch: Watch | None = None
    ) -> PastErrors | None:
        """Of a fresh copy fitted before the first window; None where the history is too short."""
        past = OutOfFold.of([model], panel, horizon, windows, watch or Watch())
        if past is None or len(past.ends) < 2:
            return None
        values = np.full((len(past.ends), len(panel), *past.actual.shape[2:]), np.nan)
        values[:, past.series] = past.actual - past.forecasts[0]
        return PastErrors(values, past.independent())

    @staticmethod
    def in_sample(model: Forecaster, panel: Panel, ends: Sequence[int]) -> PastErrors:
        """Of a fitted model on rows it has learned from: smaller than those to come."""
        means = model.means_at(panel, ends)
        made = [
            outcome(panel, end, mean.shape[1]) - mean for end, mean in zip(ends, means, strict=True)
        ]
        values = np.stack(made)
        span = 1 + (max(ends) - min(ends)) / values.shape[2]
        return PastErrors(values, min(float(len(made)), span))

    def rows(self, channel: int) -> Floats:
        """Errors of one channel as rows ``[W H, n]``; series with none stay NaN."""
        windows, series, steps, _ = self.values.shape
        moved = self.values[:, :, :, channel].transpose(0, 2, 1)
        return moved.reshape(windows * steps, series)

    def persistence(self, channel: int) -> float:
        """How much of an error is still there one step later, 0 to 1, over all series together."""
        values = self.values[:, :, :, channel]
        now, later = values[:, :, :-1], values[:, :, 1:]
        seen = ~np.isnan(now) & ~np.isnan(later)
        if not seen.any():
            return 0.0
        now, later = np.where(seen, now, 0.0), np.where(seen, later, 0.0)
        squares = np.sqrt(np.sum(now**2, axis=(0, 2)) * np.sum(later**2, axis=(0, 2)))
        products = np.sum(now * later, axis=(0, 2))
        known = squares > 0
        found = float(np.mean(products[known] / squares[known])) if known.any() else 0.0
        return float(np.clip(found, 0.0, MOST_PERSISTENCE))

    def worth(self, channel: int) -> float:
        """How many independent rows the rows of a channel are worth for a correlation.

        Of errors that persist by r a correlation is as sure as of (1 - r²) / (1 + r²) as many
        independent ones (Bartlett 1935).
        """
        windows, _, steps, _ = self.values.shape
        persistence = self.persistence(channel) ** 2
        rows = steps * min(float(windows), self.independent)
        return float(rows * (1 - persistence) / (1 + persistence))

    def at(self, places: NDArray[np.int64]) -> PastErrors:
        """With the series in another order, which holds each of them."""
        if self.values.shape[1] != len(places):
            raise SettingsError(
                gettext_noop("Past errors of %(given)s series do not fit %(series)s forecasts."),
                given=self.values.shape[1],
                series=len(places),
            )
        return PastErrors(np.ascontiguousarray(self.values[:, places]), self.independent)
