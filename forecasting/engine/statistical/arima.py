"""Seasonal ARIMA with orders chosen step by step (Hyndman, Khandakar 2008)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from forecasting.engine.panel import Floats
from forecasting.engine.statistical.adapter import HALF, LEVEL, Ahead, ExogenousAdapter, Learned
from forecasting.engine.statistical.regressors import Regressors


@dataclass(frozen=True)
class ARIMA(ExogenousAdapter):
    """``numbers``: the variance of the errors, then the coefficients in the order of ``names``.

    A filter with diffuse initial state finds everything else in the rows. Orders of long or
    seasonal data are compared by conditional sums of squares, as R does.
    """

    def fit(self, y: Floats, seasons: Sequence[int], *, quick: bool) -> Learned:
        return _searched(y, None, max(seasons, default=1), quick)

    def fit_beside(self, y: Floats, x: Floats, seasons: Sequence[int], *, quick: bool) -> Learned:
        """A regression whose errors are an ARIMA (FPP3, chapter 10), both fitted together."""
        season = max(seasons, default=1)
        regressors = Regressors.of(x, season)
        if not regressors.columns:
            return self.fit(y, seasons, quick=quick)
        learned = _searched(y, regressors.apply(x), season, quick)
        return Learned(learned.structure | {"regressors": regressors.facts()}, learned.numbers)

    def forward(self, learned: Learned, y: Floats, horizon: int) -> Ahead:
        return _forward(learned, y, None, horizon)

    def forward_beside(self, learned: Learned, y: Floats, x: Floats, horizon: int) -> Ahead:
        facts = learned.structure.get("regressors")
        return _forward(learned, y, facts and Regressors.restored(facts).apply(x), horizon)

    def name(self, learned: Learned) -> str:
        p, q, seasonal_p, seasonal_q, season, d, seasonal_d = learned.structure["arma"]
        orders = f"ARIMA({p},{d},{q})"
        seasonal = f"({seasonal_p},{seasonal_d},{seasonal_q})[{season}]"
        regression = "regression with " if "regressors" in learned.structure else ""
        return regression + orders + (seasonal if season > 1 else "")


def _searched(y: Floats, x: Floats | None, season: int, quick: bool) -> Learned:
    from statsforecast.models import AutoARIMA  # noqa: PLC0415 -- takes a second to import

    search = AutoARIMA(season_length=season, approximation=True if quick else None)
    fitted = search.fit(y, x).model_
    structure = {"arma": [int(order) for order in fitted["arma"]], "names": [*fitted["coef"]]}
    return Learned(structure, np.array([fitted["sigma2"], *fitted["coef"].values()]))


def _forward(learned: Learned, y: Floats, x: Floats | None, horizon: int) -> Ahead:
    from statsforecast.arima import forecast_arima, forward_arima  # noqa: PLC0415

    along, ahead = (None, None) if x is None else (x[: len(y)], x[len(y) : len(y) + horizon])
    filtered = forward_arima(_fitted(learned), y, along, method=None)
    answer = forecast_arima(filtered, horizon, level=[LEVEL], xreg=ahead)
    width = (answer["upper"] - answer["lower"]).to_numpy()[:, 0]
    return Ahead(answer["mean"], width / (2 * HALF))


def _fitted(learned: Learned) -> dict[str, Any]:
    """The parts of a fitted model that statsforecast needs to filter other rows."""
    names = learned.structure["names"]
    count = len(learned.structure.get("regressors", {}).get("columns", ())) + ("drift" in names)
    # The drift is a regression on the number of the row, the first one.
    counted = np.tile(np.arange(1.0, 11.0)[:, None], count) if count else None
    return {
        "arma": tuple(learned.structure["arma"]),
        "coef": dict(zip(names, learned.numbers[1:], strict=True)),
        "sigma2": float(learned.numbers[0]),
        "xreg": counted,
        "x": np.zeros(10),
        "lambda": None,
    }
