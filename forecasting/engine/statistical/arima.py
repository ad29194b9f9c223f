"""Seasonal ARIMA with orders chosen step by step (Hyndman, Khandakar 2008)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from forecasting.engine.panel import Floats
from forecasting.engine.statistical.adapter import HALF, LEVEL, Adapter, Ahead, Learned


@dataclass(frozen=True)
class ARIMA(Adapter):
    """``numbers``: the variance of the errors, then the coefficients in the order of ``names``.

    A filter with diffuse initial state finds everything else in the rows. Orders of long or
    seasonal data are compared by conditional sums of squares, as R does.
    """

    def fit(self, y: Floats, seasons: Sequence[int], *, quick: bool) -> Learned:
        from statsforecast.models import AutoARIMA  # noqa: PLC0415 -- takes a second to import

        season = max(seasons, default=1)
        search = AutoARIMA(season_length=season, approximation=True if quick else None)
        fitted = search.fit(y).model_
        structure = {"arma": [int(order) for order in fitted["arma"]], "names": [*fitted["coef"]]}
        return Learned(structure, np.array([fitted["sigma2"], *fitted["coef"].values()]))

    def forward(self, learned: Learned, y: Floats, horizon: int) -> Ahead:
        from statsforecast.arima import forecast_arima, forward_arima  # noqa: PLC0415

        filtered = forward_arima(_fitted(learned), y, method=None)
        answer = forecast_arima(filtered, horizon, level=[LEVEL])
        width = (answer["upper"] - answer["lower"]).to_numpy()[:, 0]
        return Ahead(answer["mean"], width / (2 * HALF))

    def name(self, learned: Learned) -> str:
        p, q, seasonal_p, seasonal_q, season, d, seasonal_d = learned.structure["arma"]
        orders = f"ARIMA({p},{d},{q})"
        seasonal = f"({seasonal_p},{seasonal_d},{seasonal_q})[{season}]"
        return orders + (seasonal if season > 1 else "")


def _fitted(learned: Learned) -> dict[str, Any]:
    """The parts of a fitted model that statsforecast needs to filter other rows."""
    names = learned.structure["names"]
    # The drift is a regression on the number of the row.
    counted = np.arange(1.0, 11.0)[:, None] if "drift" in names else None
    return {
        "arma": tuple(learned.structure["arma"]),
        "coef": dict(zip(names, learned.numbers[1:], strict=True)),
        "sigma2": float(learned.numbers[0]),
        "xreg": counted,
        "x": np.zeros(10),
        "lambda": None,
    }
