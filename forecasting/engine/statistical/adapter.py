"""What the engine asks of one statistical model, one series at a time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, ClassVar, Final

import numpy as np

from forecasting.engine.panel import Floats

LEVEL: Final = 80
# Half the 80 % interval of a normal distribution of spread 1.
HALF: Final = NormalDist().inv_cdf(0.9)


@dataclass(frozen=True, eq=False)
class Learned:
    """``structure`` (JSON) says which model was chosen, ``numbers`` are its parameters."""

    structure: dict[str, Any]
    numbers: Floats


@dataclass(frozen=True, eq=False)
class Ahead:
    """``mean`` ``[H]`` and the model's own spread ``[H]``, None where it has none."""

    mean: Floats
    spread: Floats | None = None


class Adapter(ABC):
    """Learns from rows, and forecasts with what it learned from the same or other rows.

    ``anchored`` models keep an initial state that belongs to the first row they were fitted on;
    the others find everything but their parameters in the rows they are given.
    """

    anchored: ClassVar[bool] = False

    @abstractmethod
    def fit(self, y: Floats, seasons: Sequence[int], *, quick: bool) -> Learned:
        """Choose structure and parameters; ``quick`` for a fit that only measures errors."""

    @abstractmethod
    def forward(self, learned: Learned, y: Floats, horizon: int) -> Ahead:
        """Filter ``y``, which begins where the fit began, and forecast what follows."""

    def moved(self, learned: Learned, y: Floats, rows: int) -> Learned:
        """The same model with the state it has after the first ``rows`` rows of ``y``."""
        return learned

    def fresh(self, learned: Learned, y: Floats, phase: int) -> Learned:
        """The same parameters for rows that begin ``phase`` steps after those of the fit."""
        return learned

    def name(self, learned: Learned) -> str:
        """What was chosen, as a statistician writes it."""
        return ""


class ExogenousAdapter(Adapter):
    """Can learn from known covariates beside the rows."""

    @abstractmethod
    def fit_beside(self, y: Floats, x: Floats, seasons: Sequence[int], *, quick: bool) -> Learned:
        """``fit`` with covariates ``[T, K]``."""

    @abstractmethod
    def forward_beside(self, learned: Learned, y: Floats, x: Floats, horizon: int) -> Ahead:
        """``forward`` of what ``fit_beside`` learned; ``x`` is ``[T + horizon, K]``."""


def with_spread(forecast: dict[str, Any]) -> Ahead:
    """From an answer of statsforecast that holds the 80 % interval."""
    width = np.asarray(forecast[f"hi-{LEVEL}"]) - np.asarray(forecast[f"lo-{LEVEL}"])
    return Ahead(np.asarray(forecast["mean"], dtype=np.float64), width / (2 * HALF))
