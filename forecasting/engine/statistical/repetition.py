"""The rule that stands in for a model: the last season once more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecasting.engine.panel import Floats
from forecasting.engine.statistical.adapter import Adapter, Ahead, Learned


@dataclass(frozen=True)
class Repetition(Adapter):
    """Seasonal naive; its spread grows with the root of the seasons ahead (FPP3, section 5.5)."""

    def fit(self, y: Floats, seasons: Sequence[int], *, quick: bool) -> Learned:
        return Learned({"m": max(seasons, default=1)}, np.empty(0))

    def forward(self, learned: Learned, y: Floats, horizon: int) -> Ahead:
        season = min(learned.structure["m"], len(y))
        cycles = 1 + np.arange(horizon) // season
        changes = y[season:] - y[:-season] if len(y) > season else y - y.mean()
        return Ahead(
            np.resize(y[-season:], horizon), np.sqrt(np.mean(changes**2)) * np.sqrt(cycles)
        )
