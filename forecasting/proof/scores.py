"""How one model did on one series in every past window, from the forecasts themselves.

The measures are the engine's own, so that a window and the whole are told by one definition.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecasting import backtests
from forecasting.engine import metrics
from forecasting.engine.averaging import Axes
from forecasting.models import PredictionResult
from forecasting.results import iso

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Score:
    """Errors of some values: bias is forecast less actual, mape in percent, coverage a share by
    level; what is not defined is None.
    """

    values: int
    mae: float | None
    mase: float | None
    mape: float | None
    wape: float | None
    bias: float | None
    coverage: dict[int, float | None]


@dataclass(frozen=True, eq=False)
class Proof:
    """One model on one series: arrays `[W, H]`, the oldest window first; unknown actuals are NaN.

    `scale` is the naive error that MASE divides by, as the race took it.
    """

    name: str
    label: str
    numbers: list[int]
    cutoffs: list[str]
    times: list[list[str]]
    actual: Floats
    mean: Floats
    lower: dict[int, Floats]
    upper: dict[int, Floats]
    scale: float | None

    @cached_property
    def whole(self) -> Score:
        """All windows together."""
        return self._score(slice(None))

    @cached_property
    def windows(self) -> list[Score]:
        """Each window by itself."""
        return [self._score(slice(place, place + 1)) for place in range(len(self.numbers))]

    @cached_property
    def step_errors(self) -> list[float | None]:
        """Mean absolute error of every step ahead."""
        return _plain(metrics.mae(self.actual, self.mean, (0,)))

    def step_coverage(self, level: int) -> list[float | None]:
        """Share of actual values inside the interval, for every step ahead."""
        return _plain(self._covered(level, slice(None), (0,)) / 100)

    def aligned(self, to: Proof) -> Proof:
        """The same in the windows of another model; one that this model lacks is unknown."""
        if self.cutoffs == to.cutoffs:
            return self
        rows = {cutoff: at for at, cutoff in enumerate(self.cutoffs)}
        at = [rows.get(cutoff, -1) for cutoff in to.cutoffs]
        return replace(
            self,
            numbers=to.numbers,
            cutoffs=to.cutoffs,
            times=to.times,
            actual=to.actual,
            mean=_taken(self.mean, at),
            lower={level: _taken(side, at) for level, side in self.lower.items()},
            upper={level: _taken(side, at) for level, side in self.upper.items()},
        )

    def place_of(self, number: int) -> int:
        """Where the window with this number is; the newest for one that is not kept."""
        return self.numbers.index(number) if number in self.numbers else len(self.numbers) - 1

    @property
    def hardest(self) -> int:
        """The place of the window with the largest error."""
        errors = [-1.0 if one.mae is None else one.mae for one in self.windows]
        return int(np.argmax(errors))

    def _score(self, at: slice) -> Score:
        actual, mean = self.actual[at], self.mean[at]
        mae = _number(metrics.mae(actual, mean))
        return Score(
            values=int(np.sum(~np.isnan(actual))),
            mae=mae,
            mase=mae / self.scale if mae is not None and self.scale else None,
            mape=_number(metrics.mape(actual, mean)),
            wape=_number(metrics.wape(actual, mean)),
            bias=_number(metrics.bias(actual, mean)),
            coverage={level: _number(self._covered(level, at, None) / 100) for level in self.lower},
        )

    def _covered(self, level: int, at: slice, axis: Axes) -> Floats:
        return metrics.coverage(self.actual[at], self.lower[level][at], self.upper[level][at], axis)


def proof_of(result: PredictionResult, label: str) -> Proof | None:
    """Everything that was kept of the test of one model on one series; None without a test."""
    frame = backtests.read(result, label).sort_values(["window", "step"])
    if frame.empty:
        return None
    numbers = [int(number) for number in frame["window"].unique()]
    shape = (len(numbers), -1)
    levels = backtests.levels_of(frame)
    times = iso(frame["ds"].to_numpy())
    steps = len(times) // len(numbers)
    return Proof(
        name=result.name,
        label=result.label,
        numbers=numbers,
        cutoffs=iso(frame["cutoff"].to_numpy()[::steps]),
        times=[times[at : at + steps] for at in range(0, len(times), steps)],
        actual=frame["y"].to_numpy(dtype=float).reshape(shape),
        mean=frame["mean"].to_numpy(dtype=float).reshape(shape),
        lower={one: frame[f"lo-{one}"].to_numpy(dtype=float).reshape(shape) for one in levels},
        upper={one: frame[f"hi-{one}"].to_numpy(dtype=float).reshape(shape) for one in levels},
        scale=_scale(result.metrics.get("per_series", {}).get(label) or {}),
    )


def gain(own: Proof, other: Proof) -> float | None:
    """1 − error / error of another model that is aligned, over the windows that both have."""
    both = ~np.isnan(other.mean).all(axis=1)
    errors = [metrics.mae(one.actual[both], one.mean[both]) for one in (own, other)]
    return None if np.isnan(errors).any() or not errors[1] else float(1 - errors[0] / errors[1])


def skill(own: Score, other: Score | None) -> float | None:
    """1 − error / error of the other on the same values; None where undefined."""
    if own.mae is None or other is None or not other.mae:
        return None
    return 1 - own.mae / other.mae


def _scale(kept: dict[str, Any]) -> float | None:
    """MASE is the mean absolute error over the scale, so both tell the scale."""
    mae, mase = kept.get("mae"), kept.get("mase")
    return float(mae) / float(mase) if mae and mase else None


def _taken(values: Floats, at: list[int]) -> Floats:
    found = values[at]
    found[[place < 0 for place in at]] = np.nan
    return found


def _number(value: Any) -> float | None:
    return None if np.isnan(value) else float(value)


def _plain(values: Floats) -> list[float | None]:
    return [_number(value) for value in values]
