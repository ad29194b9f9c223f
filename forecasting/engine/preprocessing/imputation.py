"""Gaps closed, or left to a model that knows what to do with them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Final

import numpy as np

from forecasting.engine.missing import fill
from forecasting.engine.panel import Floats, Panel, flat_rows
from forecasting.engine.preprocessing.step import Step, columns, require_one_of

METHODS: Final = ("linear", "forward", "seasonal", "constant", "none")


@dataclass
class Imputation(Step):
    """``method``: linear, forward, seasonal, constant (``value``) or none.

    Forward repeats the last value, seasonal the one a season before; what lies before the first
    value repeats the first one. A column without any value stays empty, except under constant.
    """

    method: str = "linear"
    value: float = 0.0
    season_length: int = 0

    name: ClassVar[str] = "impute"

    def __post_init__(self) -> None:
        require_one_of(self.method, METHODS)

    def apply(self, panel: Panel) -> Panel:
        if self.method == "none" or panel.mask.all():
            return panel
        season = self.season_length or panel.frequency.season_length
        blocks = [
            np.stack([self._filled(column, season) for column in block], axis=1)
            for block in columns(panel)
        ]
        return replace(panel, values=flat_rows(blocks)[0])

    def _filled(self, column: Floats, season: int) -> Floats:
        if self.method == "constant":
            return np.where(np.isnan(column), self.value, column)
        if np.isnan(column).all():
            return column
        if self.method == "linear":
            return fill(column)
        return forward(column, season if self.method == "seasonal" else 1)


def forward(column: Floats, season: int = 1) -> Floats:
    """Repeat the value of the same phase one or more seasons before.

    A phase that has not been seen yet repeats its first value; one never seen gets a straight line.
    """
    seasons = -(-len(column) // season)
    padded = np.full(seasons * season, np.nan)
    padded[: len(column)] = column
    phases = padded.reshape(seasons, season)
    seen = ~np.isnan(phases)
    rows = np.arange(seasons)[:, None]
    latest = np.maximum.accumulate(np.where(seen, rows, -1), axis=0)
    source = np.where(latest < 0, np.argmax(seen, axis=0), latest)
    filled = phases[source, np.arange(season)].reshape(-1)[: len(column)]
    return fill(filled)
