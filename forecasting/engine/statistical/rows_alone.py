"""Models that need no parameters from before: the rows alone say what follows.

MFLES adds trend, waves and smoothing round by round with fixed settings (Blume 2024). The family of
Croston (1972) forecasts rare demand: Syntetos, Boylan 2005 (SBA), Nikolopoulos et al. 2011 (ADIDA),
Petropoulos, Kourentzes 2015 (IMAPA), Teunter, Syntetos, Babai 2011 (TSB).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecasting.engine.panel import Floats
from forecasting.engine.statistical.adapter import Adapter, Ahead, ExogenousAdapter, Learned
from forecasting.engine.statistical.regressors import Regressors


@dataclass(frozen=True)
class MFLES(ExogenousAdapter):
    """Nothing but the lengths of the seasons and the scale of the covariates is kept."""

    def fit(self, y: Floats, seasons: Sequence[int], *, quick: bool) -> Learned:
        return Learned({"periods": sorted(seasons)}, np.empty(0))

    def forward(self, learned: Learned, y: Floats, horizon: int) -> Ahead:
        from statsforecast import models  # noqa: PLC0415 -- takes a second to import

        model = models.MFLES(season_length=learned.structure["periods"] or None)
        return Ahead(model.forecast(y, horizon)["mean"])

    def fit_beside(self, y: Floats, x: Floats, seasons: Sequence[int], *, quick: bool) -> Learned:
        """A regression on the covariates is one more part of every round."""
        regressors = Regressors.of(x, max(seasons, default=1))
        plain = self.fit(y, seasons, quick=quick)
        if not regressors.columns:
            return plain
        return Learned(plain.structure | {"regressors": regressors.facts()}, plain.numbers)

    def forward_beside(self, learned: Learned, y: Floats, x: Floats, horizon: int) -> Ahead:
        from statsforecast import models  # noqa: PLC0415 -- takes a second to import

        if "regressors" not in learned.structure:
            return self.forward(learned, y, horizon)
        z = Regressors.restored(learned.structure["regressors"]).apply(x)
        model = models.MFLES(season_length=learned.structure["periods"] or None)
        along, ahead = z[: len(y)], z[len(y) : len(y) + horizon]
        return Ahead(model.forecast(y, horizon, X=along, X_future=ahead)["mean"])

    def name(self, learned: Learned) -> str:
        return "MFLES"


@dataclass(frozen=True)
class Intermittent(Adapter):
    """``kind`` is a class of statsforecast, ``weights`` what it is built with."""

    kind: str
    weights: tuple[tuple[str, float], ...] = ()

    def fit(self, y: Floats, seasons: Sequence[int], *, quick: bool) -> Learned:
        return Learned({}, np.empty(0))

    def forward(self, learned: Learned, y: Floats, horizon: int) -> Ahead:
        from statsforecast import models  # noqa: PLC0415 -- takes a second to import

        model = getattr(models, self.kind)(**dict(self.weights))
        return Ahead(model.forecast(y, horizon)["mean"])

    def name(self, learned: Learned) -> str:
        return self.kind
