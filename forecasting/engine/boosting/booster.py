"""What the two tree libraries have in common, so that one model can use either."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.boosting.features import Inputs
from forecasting.engine.boosting.settings import BoostingSettings
from forecasting.engine.panel import Floats

Bytes = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Table:
    """Inputs ``[n, F]`` (NaN is missing), targets ``[n]``; the first columns are categories."""

    inputs: Inputs
    targets: Floats
    categories: int


class Booster(ABC):
    """Trees under way: grows round by round, forecasts with the rounds it has."""

    @classmethod
    @abstractmethod
    def start(
        cls,
        settings: BoostingSettings,
        table: Table,
        held: Table | None = None,
        quantile: float | None = None,
    ) -> Self:
        """No tree yet. ``held`` rows measure every round; without ``quantile`` the mean."""

    @abstractmethod
    def advance(self) -> bool:
        """Grow one more round; False when no tree can be split any further."""

    @abstractmethod
    def loss(self) -> float:
        """On the held-out rows, after the last round."""

    @abstractmethod
    def predict(self, inputs: Inputs, rounds: int = 0) -> Floats:
        """Forecasts ``[n]`` of the first ``rounds`` rounds, 0 for all."""

    @abstractmethod
    def contributions(self, inputs: Inputs, rounds: int = 0) -> Floats:
        """What every column adds to a forecast, and the bias last, ``[n, F + 1]``; TreeSHAP
        (Lundberg et al. 2020)."""

    @abstractmethod
    def gains(self) -> Floats:
        """What the splits on every column gained, ``[F]``."""

    @abstractmethod
    def to_bytes(self) -> Bytes:
        """In the library's own format, never a pickle."""

    @classmethod
    @abstractmethod
    def from_bytes(cls, blob: Bytes, settings: BoostingSettings, categories: int) -> Self:
        """What ``to_bytes`` gave; it can forecast but not grow."""
