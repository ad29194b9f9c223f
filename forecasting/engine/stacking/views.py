"""The same data seen straight, by its square root and by its logarithm.

Growth in proportion is a straight line in logarithms. Forecasts made there come back to the unit of
the data before they are blended, held to five times the largest value seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.missing import Scaled
from forecasting.engine.panel import Floats

STRAIGHT: Final = "straight"
# The data less the effect of the covariates; curved views are ROOT and LOGARITHM.
ADJUSTED: Final = "adjusted"
AFFINE: Final = (STRAIGHT, ADJUSTED)
ROOT: Final = "root"
LOGARITHM: Final = "logarithm"
SHIFT_SHARE: Final = 0.1
LARGEST_GROWTH: Final = 5.0
# Data that vary less than this between their deciles look the same in every view.
LEAST_RANGE: Final = 3.0
MOST_ROWS: Final = 5_000


@dataclass(frozen=True, eq=False)
class View:
    """A transform with the constants of every variate ``[V]``: ``shift`` added before the
    logarithm, ``top`` the largest value allowed, and the mean and spread after the transform."""

    name: str
    shift: Floats
    top: Floats
    mean: Floats
    spread: Floats

    @staticmethod
    def of(name: str, columns: list[Floats]) -> View:
        """Learn the constants from the rows that may be fitted, in the unit of the data."""
        median = np.array([np.median(c) for c in columns])
        shift = SHIFT_SHARE * np.maximum(median, 1e-12)
        top = LARGEST_GROWTH * np.array([c.max() for c in columns])
        seen = [_forward(name, c, s) for c, s in zip(columns, shift, strict=True)]
        spread = np.array([c.std() for c in seen])
        mean = np.array([c.mean() for c in seen])
        return View(name, shift, top, mean, np.where(spread > 1e-290, spread, 1.0))

    def constants(self) -> Floats:
        """``[4, V]``, to be saved and given back in this order."""
        return np.stack([self.shift, self.top, self.mean, self.spread])

    def matching(self, variates: NDArray[np.int64], columns: list[Floats]) -> View:
        """The constants of these variates; one that was never seen (-1) has its own."""
        fresh = View.of(self.name, columns) if (variates < 0).any() else self
        return View(
            self.name,
            *(
                np.where(variates < 0, new if fresh is not self else 0.0, old[variates])
                for old, new in (
                    (self.shift, fresh.shift),
                    (self.top, fresh.top),
                    (self.mean, fresh.mean),
                    (self.spread, fresh.spread),
                )
            ),
        )

    def scaled(self, columns: list[Floats], observed: list[NDArray[np.bool_]]) -> Scaled:
        """Columns in the unit of the data, transformed and scaled."""
        return Scaled(self.columns(columns), observed, self.mean, self.spread)

    def columns(self, columns: list[Floats]) -> list[Floats]:
        """The same without what was observed."""
        return [
            (_forward(self.name, c, s) - m) / d
            for c, s, m, d in zip(columns, self.shift, self.mean, self.spread, strict=True)
        ]

    def back(self, forecasts: NDArray[np.float32], variate: int) -> Floats:
        """Scaled forecasts in the unit of the data."""
        values: Floats = forecasts.astype(np.float64) * self.spread[variate] + self.mean[variate]
        if self.name in AFFINE:
            return values
        if self.name == ROOT:
            plain = np.square(np.maximum(values, 0.0))
        else:
            plain = np.exp(np.minimum(values, 300.0)) - self.shift[variate]
        clipped: Floats = np.clip(plain, 0.0, self.top[variate])
        return clipped


def _forward(name: str, column: Floats, shift: float) -> Floats:
    if name in AFFINE:
        return column
    positive = np.maximum(column, 0.0)
    found: Floats = np.sqrt(positive) if name == ROOT else np.log(positive + shift)
    return found


def view_names(columns: list[Floats], preset: str) -> tuple[str, ...]:
    """Which views are worth their time: all three for short, positive data of a wide range."""
    rows = max(len(c) for c in columns)
    if preset == "fast" or rows > MOST_ROWS or min(float(c.min()) for c in columns) <= 0:
        return (STRAIGHT,)
    low, high = np.quantile(np.stack([np.quantile(c, (0.1, 0.9)) for c in columns]), 0.5, axis=0)
    return (STRAIGHT, ROOT, LOGARITHM) if high > LEAST_RANGE * low else (STRAIGHT,)
