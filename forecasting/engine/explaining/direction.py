"""Whether a series keeps a direction: its mean change from row to row, and how sure that is.

The variance of the mean takes the autocovariances of the changes with Bartlett weights (Newey, West
1987). So a line with noise around it is sure, though single changes go up and down, and a random
walk is not, though it ends far from where it began.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from forecasting.engine.missing import fill
from forecasting.engine.panel import Floats

LEAST_ROWS: Final = 10
# Chance alone goes further than this once in a hundred series.
SURE: Final = 2.58


@dataclass(frozen=True)
class Direction:
    """``change`` from row to row, and that in standard errors."""

    change: float
    errors: float

    @property
    def is_sure(self) -> bool:
        """Whether it goes on in one direction, more than chance would."""
        return abs(self.errors) > SURE


def direction(column: Floats) -> Direction | None:
    """Of a column ``[T]`` without its cycles; of a few rows nobody knows."""
    seen = np.flatnonzero(~np.isnan(column))
    known = fill(column[seen[0] : seen[-1] + 1]) if len(seen) else seen
    if len(known) < LEAST_ROWS:
        return None
    changes = np.diff(known)
    change = float(changes.mean())
    variance = _variance(changes - change)
    level = float(np.abs(known).max())
    if abs(change) * len(changes) <= 1e-9 * level:
        return Direction(0.0, 0.0)
    # A line without any noise is as sure as can be.
    error = math.sqrt(max(variance, (1e-12 * level) ** 2))
    return Direction(change, change / error)


def _variance(centred: Floats) -> float:
    """Of the mean of ``[n]`` changes that may depend on each other."""
    count = len(centred)
    reach = max(1, math.floor(4 * (count / 100) ** (2 / 9)))
    covariances = [float(centred[k:] @ centred[: count - k]) / count for k in range(reach + 1)]
    weighted = sum((1 - k / (reach + 1)) * covariances[k] for k in range(1, reach + 1))
    return float(covariances[0] + 2 * weighted) / count
