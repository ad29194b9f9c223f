"""Complex exponential smoothing (Svetunkov, Kourentzes, Ord 2022).

The search of statsforecast also takes weights that fit the rows they were found on while the filter
is unstable: a few rows more, and it explodes. Here the best stable kind is taken, by the condition
of the authors (section 3): the errors of a filter die out if its matrix has all eigenvalues inside
the unit circle.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from forecasting.engine.panel import Floats
from forecasting.engine.statistical.adapter import Adapter, Ahead, Learned

WEIGHTS: Final = ("alpha_0", "alpha_1", "beta_0", "beta_1")
# No season, a season instead of the level, beside it with one weight, beside it with two.
KINDS: Final = ("N", "S", "P", "F")


@dataclass(frozen=True)
class CES(Adapter):
    """``numbers``: real and imaginary weight of the level, then of the season."""

    def fit(self, y: Floats, seasons: Sequence[int], *, quick: bool) -> Learned:
        from statsforecast.ces import auto_ces  # noqa: PLC0415 -- takes a second to import

        season = max(seasons, default=1)
        fits = [auto_ces(y, season, model=kind) for kind in (KINDS if season > 1 else KINDS[:1])]
        usable = [fit for fit in fits if stable(fit["par"]) and np.isfinite(fit["aicc"])]
        if not usable:
            raise ValueError("unstable")
        best = min(usable, key=lambda fit: float(fit["aicc"]))
        weights = np.array([best["par"][weight] for weight in WEIGHTS], dtype=np.float64)
        return Learned({"seasontype": best["seasontype"], "m": int(best["m"])}, weights)

    def forward(self, learned: Learned, y: Floats, horizon: int) -> Ahead:
        from statsforecast.ces import forecast_ces, forward_ces  # noqa: PLC0415

        weights = dict(zip(WEIGHTS, learned.numbers, strict=True))
        filtered = forward_ces(learned.structure | {"par": weights}, y)
        return Ahead(forecast_ces(filtered, horizon)["mean"])

    def name(self, learned: Learned) -> str:
        return f"CES({learned.structure['seasontype']})"


def stable(par: dict[str, Any]) -> bool:
    """Whether a filter with these weights forgets where it began."""
    level = _largest(par["alpha_0"], par["alpha_1"])
    if np.isnan(par["beta_0"]):
        return level < 1
    if np.isnan(par["beta_1"]):
        return level < 1 and abs(1 - par["beta_0"]) < 1
    return level < 1 and _largest(par["beta_0"], par["beta_1"]) < 1


def _largest(real: float, imaginary: float) -> float:
    """Largest absolute eigenvalue of how level and potential follow from the ones before."""
    matrix = [[1 - real + imaginary, imaginary - 1], [1 - real - imaginary, 1 - real]]
    return float(np.abs(np.linalg.eigvals(np.array(matrix))).max())
