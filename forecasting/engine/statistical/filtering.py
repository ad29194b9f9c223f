"""Fitted models on the rows of a panel: those of the fit, newer ones, or other ones altogether.

A model with an initial state is filtered from the row where its fit began. Rows that begin
elsewhere get a state of their own; a series that was not in the training is fitted on the spot.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.calendar_steps import Times
from forecasting.engine.covariate_blocks import known_block
from forecasting.engine.frequency import Frequency
from forecasting.engine.missing import filled_columns
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.statistical.adapter import Ahead, Learned
from forecasting.engine.statistical.local import Local
from forecasting.engine.statistical.recipes import RECIPE
from forecasting.engine.statistical.seasons import Seasons


@dataclass(frozen=True, eq=False)
class Pass:
    """Forecasts ``[S, H, C]``, own spreads per variate, and whether any model failed."""

    mean: Floats
    aheads: list[Ahead]
    failed: bool


@dataclass(frozen=True, eq=False)
class Filter:
    """The models of all variates; ``anchors`` ``[S]`` is the first time each fit saw.

    ``rows`` are used of a series that does not begin there; ``known`` covariates were learned.
    """

    name: str
    settings: Any
    local: Local
    models: list[Learned]
    anchors: Times
    rows: int
    known: tuple[str, ...] = ()

    def run(self, panel: Panel, variates: NDArray[np.int64], horizon: int) -> Pass:
        """Forecast after the last row; ``variates`` ``[V]`` is -1 for what is unknown.

        Raises TooShortError where known covariates that were learned end too early.
        """
        steps = self._steps(panel, variates)
        aheads, failed = [], False
        for place, y in enumerate(filled_columns(panel)):
            x = self._beside(panel, place // len(panel.channels), horizon)
            begin, variate = int(steps[place]), int(variates[place])
            learned, rows = self._model(variate, y, x, begin, panel.frequency, horizon)
            along = None if x is None else x[len(y) - len(rows) :]
            ahead, struggled = self.local.ahead(learned, rows, horizon, along)
            aheads.append(ahead)
            failed = failed or struggled
        mean = np.stack([ahead.mean for ahead in aheads])
        shape = (len(panel), len(panel.channels), horizon)
        return Pass(mean.reshape(shape).transpose(0, 2, 1), aheads, failed)

    def moved(self, panel: Panel, kept: int) -> Filter:
        """Anchored later, so that the last ``kept`` rows of ``panel`` hold the anchor."""
        everyone = np.arange(len(self.models))
        steps = self._steps(panel, everyone)
        models, anchors = list(self.models), self.anchors.copy()
        for place, y in enumerate(filled_columns(panel)):
            begin, late = int(steps[place]), len(y) - self.rows
            series = place // len(panel.channels)
            if len(y) - begin > kept and late > begin >= 0:
                models[place] = self.local.moved(models[place], y[begin:], late - begin)
                first = panel.starts[series : series + 1]
                anchors[series] = panel.frequency.at(first, np.array([late]))[0]
        return replace(self, models=models, anchors=anchors)

    def _beside(self, panel: Panel, series: int, horizon: int) -> Floats | None:
        """The covariates ``[T + horizon, K]`` of a series."""
        if not self.known:
            return None
        assert panel.known is not None
        rows = int(panel.lengths[series])
        panel.known.future(series, rows, horizon, panel.ids[series])
        return known_block(panel, series)[: rows + horizon]

    def _steps(self, panel: Panel, variates: NDArray[np.int64]) -> NDArray[np.int64]:
        """Rows of ``panel`` before the anchor of each variate ``[V]``, negative if it is older."""
        channels = len(panel.channels)
        anchors = self.anchors[np.maximum(variates, 0) // channels]
        starts = np.repeat(panel.starts, channels)
        return panel.frequency.positions(starts, anchors)[0]

    def _model(
        self,
        variate: int,
        y: Floats,
        x: Floats | None,
        begin: int,
        frequency: Frequency,
        horizon: int,
    ) -> tuple[Learned, Floats]:
        newest = y[-self.rows :]
        seasons = Seasons.of(RECIPE[self.name], self.settings, frequency, len(newest))
        if variate < 0:
            x = None if x is None else x[len(y) - len(newest) :]
            return self.local.learn(newest, seasons, horizon, x=x), newest
        learned = self.models[variate]
        if not self.local.adapter.anchored:
            return learned, newest
        if 0 <= begin <= len(y) - min(len(y), 2 * seasons.usual + 1):
            return learned, y[begin:]
        return self.local.fresh(learned, newest, len(y) - len(newest) - begin), newest
