"""Forecasts that need no learning: the yardstick every other model must beat.

Every rule forecasts from many cutoffs of many series in one go; fitting is measuring its errors
there.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.baseline_settings import NoSettings, SeasonalSettings
from forecasting.engine.equal_length import Block, blocks
from forecasting.engine.errors import TooShortError, gettext_noop
from forecasting.engine.forecaster import Capabilities, Forecaster
from forecasting.engine.intervals import Conformal, volatility
from forecasting.engine.missing import Scaled, filled_columns
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.watch import Watch

MOST_ORIGINS: Final = 300
LEAST_ORIGINS: Final = 8
# Numbers kept at once: all scores of a panel, and the forecasts of one block.
MOST_SCORES: Final = 20_000_000
LARGEST_BLOCK: Final = 2_000_000


class Baseline(Forecaster):
    """Fitting is measuring the errors on past windows; the rule itself has nothing to learn."""

    capabilities: ClassVar[Capabilities] = Capabilities(any_horizon=True)
    follows_calendar: ClassVar[bool] = False

    def _fit(self, panel: Panel, horizon: int, watch: Watch, checkpoint: Path | None) -> None:
        if panel.lengths.max() < 2:
            require_two_rows(panel)
        self.lookback_ = self._memory(panel)
        scaled = Scaled.of(panel)
        watch.report(0.3)
        most = MOST_SCORES // (len(scaled.columns) * horizon)
        most = min(MOST_ORIGINS, max(LEAST_ORIGINS, most))
        # A series of a single row has no past window: it lives from the errors of the others.
        scores: list[Floats] = [np.empty((0, horizon))] * len(scaled.columns)
        done = 0
        for block in self._blocks(panel, scaled.columns, most * horizon):
            done += len(block.numbers)
            if block.columns.shape[1] < 2:
                continue
            seen = np.stack([scaled.observed[number] for number in block.numbers])
            for number, own in zip(
                block.numbers, self._scores(block, seen, most, horizon), strict=True
            ):
                scores[number] = own
            watch.report(0.3 + 0.4 * done / len(scores))
        self.intervals_ = Conformal.fit(panel, scaled, scores)

    def _scores(
        self, block: Block, seen: NDArray[np.bool_], most: int, horizon: int
    ) -> NDArray[np.float64]:
        """Scores ``[V, n, H]`` at up to ``most`` origins spread over all but the first rows."""
        rows = block.columns.shape[1]
        first = min(max(1, self.lookback_), rows - 1)
        origins = np.unique(np.linspace(first, rows - 1, min(most, rows - first)).astype(np.int64))
        targets = origins[:, None] + np.arange(horizon)
        inside = np.minimum(targets, rows - 1)
        known = (targets < rows) & seen[:, inside]
        errors = np.abs(block.columns[:, inside] - self._from(block, origins, horizon))
        scale = np.stack([volatility(column, origins) for column in block.columns])
        return np.where(known, errors / scale[:, :, None], np.nan)

    def _predict(self, panel: Panel, horizon: int) -> Floats:
        channels, columns = len(panel.channels), filled_columns(panel)
        mean = np.empty((len(columns), horizon))
        for block in self._blocks(panel, columns, horizon):
            end = np.array([block.columns.shape[1]])
            mean[block.numbers] = self._from(block, end, horizon)[:, 0]
        return mean.reshape(len(panel), channels, horizon).transpose(0, 2, 1)

    def _blocks(self, panel: Panel, columns: Sequence[Floats], numbers: int) -> Sequence[Block]:
        """Blocks for which a forecast holds ``numbers`` numbers per variate."""
        longest = max(len(column) for column in columns)
        largest = max(1, LARGEST_BLOCK // max(numbers, longest))
        return list(blocks(panel, columns, largest, same_start=self.follows_calendar))

    def restore(self, arrays: dict[str, Any], facts: dict[str, Any]) -> None:
        """Nothing was learned beside the intervals."""

    def _memory(self, panel: Panel) -> int:
        return 1

    @abstractmethod
    def _from(self, block: Block, origins: NDArray[np.int64], horizon: int) -> Floats:
        """Forecasts ``[V, n, H]`` from the rows before each origin."""


def require_two_rows(panel: Panel) -> None:
    """Raise TooShortError naming the first series of a single row."""
    short = int(panel.lengths.argmin())
    if panel.lengths[short] < 2:
        raise TooShortError(
            gettext_noop("Series %(series)s has only one row; a forecast needs at least two."),
            series=panel.ids[short],
        )


class Naive(Baseline):
    """Repeats the last value."""

    name = "naive"
    settings_type = NoSettings

    def _from(self, block: Block, origins: NDArray[np.int64], horizon: int) -> Floats:
        return np.repeat(block.columns[:, origins - 1, None], horizon, axis=2)


class SeasonalNaive(Baseline):
    """Repeats the last season; a series shorter than one season repeats what it has."""

    name = "seasonal_naive"
    settings_type = SeasonalSettings

    def _memory(self, panel: Panel) -> int:
        return self.settings.season_length or panel.frequency.season_length

    def _from(self, block: Block, origins: NDArray[np.int64], horizon: int) -> Floats:
        season = np.minimum(self.lookback_, origins)[:, None]
        back = season - np.arange(horizon) % season
        forecasts: Floats = block.columns[:, origins[:, None] - back]
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

    def _from(self, block: Block, origins: NDArray[np.int64], horizon: int) -> Floats:
        last = block.columns[:, origins - 1]
        slope = (last - block.columns[:, :1]) / np.maximum(origins - 1, 1)
        forecasts: Floats = last[:, :, None] + slope[:, :, None] * np.arange(1, horizon + 1)
        return forecasts
