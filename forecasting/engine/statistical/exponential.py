"""Exponential smoothing in state space form (Hyndman, Koehler, Ord, Snyder 2008)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from forecasting.engine.panel import Floats
from forecasting.engine.statistical.adapter import LEVEL, Adapter, Ahead, Learned, with_spread

PARAMETERS = 4


@dataclass(frozen=True)
class ETS(Adapter):
    """``numbers``: alpha, beta, gamma, phi, then level, slope and season before the first row."""

    anchored: ClassVar[bool] = True
    kind: str = "ZZZ"

    def fit(self, y: Floats, seasons: Sequence[int], *, quick: bool) -> Learned:
        from statsforecast.models import AutoETS  # noqa: PLC0415 -- takes a second to import

        fitted = AutoETS(season_length=max(seasons, default=1), model=self.kind).fit(y).model_
        chosen = {"components": fitted["components"], "m": int(fitted["m"])}
        return Learned(chosen | {"n_params": int(fitted["n_params"])}, fitted["par"])

    def forward(self, learned: Learned, y: Floats, horizon: int) -> Ahead:
        from statsforecast.ets import forecast_ets  # noqa: PLC0415

        return with_spread(forecast_ets(_filtered(learned, y), horizon, level=[LEVEL]))

    def moved(self, learned: Learned, y: Floats, rows: int) -> Learned:
        state = _filtered(learned, y)["states"][rows]
        return _with_state(learned, state)

    def fresh(self, learned: Learned, y: Floats, phase: int) -> Learned:
        """Turn the season to its phase; the level is what the first rows leave without it."""
        _, trend, season, _ = learned.structure["components"]
        state = learned.numbers[PARAMETERS:].copy()
        figures = state[2 if trend != "N" else 1 :]
        if season == "N":
            state[0] = y[0]
            return _with_state(learned, state)
        figures[:] = np.roll(figures, phase)
        first = y[: len(figures)]
        upcoming = figures[::-1][: len(first)]
        state[0] = np.mean(first - upcoming if season == "A" else first / upcoming)
        return _with_state(learned, state)

    def name(self, learned: Learned) -> str:
        error, trend, season, damped = learned.structure["components"]
        return f"ETS({error},{trend}{'d' if damped == 'D' else ''},{season})"


def _filtered(learned: Learned, y: Floats) -> dict[str, Any]:
    from statsforecast.ets import forward_ets  # noqa: PLC0415

    known: dict[str, Any] = learned.structure | {"par": learned.numbers, "fit": None}
    filtered: dict[str, Any] = forward_ets(known, y)
    return filtered


def _with_state(learned: Learned, state: Floats) -> Learned:
    return Learned(learned.structure, np.concatenate([learned.numbers[:PARAMETERS], state]))
