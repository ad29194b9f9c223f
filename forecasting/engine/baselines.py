"""Forecasts that need no learning: the yardstick every other model must beat."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.errors import SettingsError, TooShortError, gettext_noop
from forecasting.engine.forecaster import Capabilities, Forecaster
from forecasting.engine.intervals import Conformal, volatility
from forecasting.engine.missing import Scaled, fill
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.watch import Watch

MOST_ORIGINS: Final = 300


@dataclass(frozen=True)
class NoSettings:
    """Nothing to choose."""


@dataclass(frozen=True)
class SeasonalSettings:
    """``season_length`` in steps; 0 takes the usual one of the frequency."""

    season_length: int = 0

    def __post_init__(self) -> None:
        if self.season_length < 0:
            raise SettingsError(gettext_noop("A season length is a positive number of steps."))


class Baseline(Forecaster):
    """Fitting is measuring the errors on past windows; the rule itself has nothing to learn."""

    capabilities: ClassVar[Capabilities] = Capabilities(any_horizon=True)

    def _fit(self, panel: Panel, horizon: int, watch: Watch, checkpoint: Path | None) -> None:
        self.lookback_ = self._memory(panel)
        short = int(panel.lengths.argmin())
        if panel.lengths[short] < 2:
            raise TooShortError(
                gettext_noop("Series %(series)s has only one row; a forecast needs at least two."),
                series=panel.ids[short],
            )
        scaled = Scaled.of(panel)
        scores = []
        for index, (column, seen) in enumerate(zip(scaled.columns, scaled.observed, strict=True)):
            scores.append(self._scores(column, seen, horizon))
            if index % 64 == 0:
                watch.report(index / len(scaled.columns))
        self.intervals_ = Conformal.fit(panel, scaled, scores)

    def _scores(self, column: Floats, seen: NDArray[np.bool_], horizon: int) -> Floats:
        """Scores ``[n, H]`` at up to 300 origins spread over all but the first rows."""
        rows = len(column)
        first = min(max(1, self.lookback_), rows - 1)
        count = min(MOST_ORIGINS, rows - first)
        origins = np.unique(np.linspace(first, rows - 1, count).astype(np.int64))
        targets = origins[:, None] + np.arange(horizon)
        inside = np.minimum(targets, rows - 1)
        known = (targets < rows) & seen[inside]
        errors = np.abs(column[inside] - self._from(column, origins, horizon))
        scale = volatility(column, origins)[:, None]
        return np.where(known, errors / scale, np.nan)

    def _predict(self, panel: Panel, horizon: int) -> Floats:
        mean = np.empty((len(panel), horizon, len(panel.channels)))
        for index in range(len(panel)):
            block = panel.at(index)
            for channel in range(block.shape[1]):
                column = fill(block[:, channel])
                end = np.array([len(column)])
                mean[index, :, channel] = self._from(column, end, horizon)[0]
        return mean

    def restore(self, arrays: dict[str, Any], facts: dict[str, Any]) -> None:
        """Nothing was learned beside the intervals."""

    def _memory(self, panel: Panel) -> int:
        return 1

    @abstractmethod
    def _from(self, column: Floats, origins: NDArray[np.int64], horizon: int) -> Floats:
        """Forecasts ``[n, H]`` from the rows before each origin."""


class Naive(Baseline):
    """Repeats the last value."""

    name = "naive"
    settings_type = NoSettings

    def _from(self, column: Floats, origins: NDArray[np.int64], horizon: int) -> Floats:
        forecasts: Floats = np.repeat(column[origins - 1][:, None], horizon, axis=1)
        return forecasts


class SeasonalNaive(Baseline):
    """Repeats the last season; a series shorter than one season repeats what it has."""

    name = "seasonal_naive"
    settings_type = SeasonalSettings

    def _memory(self, panel: Panel) -> int:
        return self.settings.season_length or panel.frequency.season_length

    def _from(self, column: Floats, origins: NDArray[np.int64], horizon: int) -> Floats:
        season = np.minimum(self.lookback_, origins)[:, None]
        back = season - np.arange(horizon) % season
        forecasts: Floats = column[origins[:, None] - back]
        return forecasts


class Drift(Baseline):
    """Draws the line from the first to the last value on (Hyndman, FPP3 section 5.2)."""

    name = "drift"
    settings_type = NoSettings

    def _memory(self, panel: Panel) -> int:
        return 2

    def _fit(self, panel: Panel, horizon: int, watch: Watch, checkpoint: Path | None) -> None:
        super()._fit(panel, horizon, watch, checkpoint)
        self.lookback_ = int(panel.lengths.max())

    def _from(self, column: Floats, origins: NDArray[np.int64], horizon: int) -> Floats:
        last = column[origins - 1]
        slope = (last - column[0]) / np.maximum(origins - 1, 1)
        forecasts: Floats = last[:, None] + slope[:, None] * np.arange(1, horizon + 1)
        return forecasts
