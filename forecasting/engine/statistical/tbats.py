"""TBATS: seasons as waves whose shape may move (De Livera, Hyndman, Snyder 2011).

The fitted model is linear in its state x: y = w'x + e, then x becomes F x + g e, after a Box-Cox
transformation if one was chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import numpy as np

from forecasting.engine.panel import Floats
from forecasting.engine.statistical.adapter import HALF, Adapter, Ahead, Learned

# A transformation of values that hardly differ is a straight line and takes minutes to find.
LEAST_RATIO: Final = 1.01


@dataclass(frozen=True)
class TBATS(Adapter):
    """``numbers``: lambda or NaN, variance, F ``[d, d]``, w, g and the seed state ``[d]``."""

    anchored: ClassVar[bool] = True
    box_cox: bool = True
    trend: bool = True
    arma_errors: bool = True

    def fit(self, y: Floats, seasons: Sequence[int], *, quick: bool) -> Learned:
        from statsforecast.models import AutoTBATS  # noqa: PLC0415 -- takes a second to import

        usable = self.box_cox and y.min() > 0 and y.max() > LEAST_RATIO * y.min()
        periods = sorted(seasons) or [1]
        search = AutoTBATS(
            periods,
            use_boxcox=None if usable else False,
            use_trend=None if self.trend else False,
            use_damped_trend=None if self.trend else False,
            use_arma_errors=self.arma_errors and not quick,
        )
        fitted = search.fit(y).model_
        power = fitted["BoxCox_lambda"]
        head = [np.nan if power is None else power, fitted["sigma2"]]
        parts = [fitted[name].ravel() for name in ("F", "w_transpose", "g", "seed_states")]
        shape = {"size": len(fitted["seed_states"]), "arma": [int(fitted["p"]), int(fitted["q"])]}
        return Learned(shape | {"periods": periods}, np.concatenate([head, *parts]))

    def forward(self, learned: Learned, y: Floats, horizon: int) -> Ahead:
        from statsforecast.tbats import _compute_sigmah, tbats_forecast  # noqa: PLC0415

        parts = _parts(learned)
        parts["x"] = _states(parts, _transformed(parts, y))
        mean = np.asarray(tbats_forecast(parts, horizon)["mean"])
        width = HALF * _compute_sigmah(parts, horizon)
        low, middle, high = (_back(parts, v) for v in (mean - width, mean, mean + width))
        spread = np.where(np.isfinite(high - low), high - low, 0.0) / (2 * HALF)
        return Ahead(middle, spread)

    def moved(self, learned: Learned, y: Floats, rows: int) -> Learned:
        parts = _parts(learned)
        return _with_state(learned, _states(parts, _transformed(parts, y))[rows - 1])

    def fresh(self, learned: Learned, y: Floats, phase: int) -> Learned:
        """The seed state of least squared errors, which is linear in it (section 3.2)."""
        parts = _parts(learned)
        transformed = _transformed(parts, y)
        size = learned.structure["size"] - sum(learned.structure["arma"])
        errors = _errors(parts, transformed, np.zeros(learned.structure["size"]))
        step = parts["F"] - parts["g"] @ parts["w_transpose"]
        rows = np.empty((len(y), learned.structure["size"]))
        rows[0] = parts["w_transpose"][0]
        for row in range(1, len(y)):
            rows[row] = rows[row - 1] @ step
        found = np.linalg.lstsq(rows[:, :size], errors, rcond=None)[0]
        state = np.zeros(learned.structure["size"])
        state[:size] = found
        return _with_state(learned, state)

    def name(self, learned: Learned) -> str:
        p, q = learned.structure["arma"]
        return f"TBATS({'1' if np.isnan(learned.numbers[0]) else 'λ'}, {{{p},{q}}})"


def _parts(learned: Learned) -> dict[str, Any]:
    size = learned.structure["size"]
    cuts = np.cumsum([2, size * size, size, size])
    head, matrix, w, g, seed = np.split(learned.numbers, cuts)
    return {
        "power": None if np.isnan(head[0]) else float(head[0]),
        "sigma2": float(head[1]),
        "F": matrix.reshape(size, size),
        "w_transpose": w[None],
        "g": g[:, None],
        "seed": seed,
    }


def _transformed(parts: dict[str, Any], y: Floats) -> Floats:
    from scipy.special import boxcox  # noqa: PLC0415 -- heavy

    if parts["power"] is None:
        return y
    values: Floats = boxcox(y, parts["power"])
    return values


def _back(parts: dict[str, Any], values: Floats) -> Floats:
    from scipy.special import inv_boxcox  # noqa: PLC0415 -- heavy

    if parts["power"] is None:
        return values
    original: Floats = inv_boxcox(values, parts["power"])
    return original


def _run(parts: dict[str, Any], y: Floats, seed: Floats) -> tuple[Floats, Floats]:
    from statsforecast.tbats import calcTBATSFaster  # noqa: PLC0415

    _, errors, states = calcTBATSFaster(y, parts["w_transpose"], parts["g"], parts["F"], seed)
    return errors, states


def _states(parts: dict[str, Any], y: Floats) -> Floats:
    return _run(parts, y, parts["seed"])[1]


def _errors(parts: dict[str, Any], y: Floats, seed: Floats) -> Floats:
    return np.ravel(_run(parts, y, seed)[0])


def _with_state(learned: Learned, state: Floats) -> Learned:
    kept = learned.numbers[: -learned.structure["size"]]
    return Learned(learned.structure, np.concatenate([kept, state]))
