"""The theta method and its optimised and dynamic kinds (Fiorucci et al. 2016)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import numpy as np

from forecasting.engine.panel import Floats
from forecasting.engine.statistical.adapter import LEVEL, Adapter, Ahead, Learned, with_spread

PARAMETERS: Final = ("initial_smoothed", "alpha", "theta")


@dataclass(frozen=True)
class Theta(Adapter):
    """``kind``: STM, OTM, DSTM or DOTM; None takes the best. Finds its season in the rows."""

    anchored: ClassVar[bool] = True
    kind: str | None = None

    def fit(self, y: Floats, seasons: Sequence[int], *, quick: bool) -> Learned:
        from statsforecast.models import AutoTheta  # noqa: PLC0415 -- takes a second to import

        season = max(seasons, default=1)
        fitted = AutoTheta(season_length=season, model=self.kind).fit(y).model_
        numbers = np.array([fitted["par"][name] for name in PARAMETERS], dtype=np.float64)
        return Learned({"modeltype": fitted["modeltype"], "m": season}, numbers)

    def forward(self, learned: Learned, y: Floats, horizon: int) -> Ahead:
        from statsforecast.theta import forecast_theta  # noqa: PLC0415

        return with_spread(forecast_theta(_filtered(learned, y), horizon, level=[LEVEL]))

    def moved(self, learned: Learned, y: Floats, rows: int) -> Learned:
        """The line begins anew at the first row kept, only the smoothed level is taken along."""
        level = _filtered(learned, y)["states"][rows, 0]
        return Learned(learned.structure, np.concatenate([[level], learned.numbers[1:]]))

    def fresh(self, learned: Learned, y: Floats, phase: int) -> Learned:
        """Half the first value, where the search for the level begins too; soon forgotten."""
        return Learned(learned.structure, np.concatenate([[y[0] / 2], learned.numbers[1:]]))

    def name(self, learned: Learned) -> str:
        return str(learned.structure["modeltype"])


def _filtered(learned: Learned, y: Floats) -> dict[str, Any]:
    from statsforecast.theta import forward_theta  # noqa: PLC0415

    known = learned.structure | {"par": dict(zip(PARAMETERS, learned.numbers, strict=True))}
    filtered: dict[str, Any] = forward_theta(known, y)
    return filtered
