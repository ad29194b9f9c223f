"""Does a forecast run too high or too low? The tracking signal with its customary limits.

The sum of the errors (what came less what was forecast) divided by their mean size (Brown 1959).
Beyond ±4 planners look at a forecast. The sum grows with its number of errors by luck alone, so
the signal comes with the chance of one as far out: normal errors have a standard deviation of
sqrt(pi / 2) of their mean size, and errors that follow each other count less than they are many,
n (1 - r) / (1 + r) with their correlation r to the next.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from forecasting.engine.panel import Floats

LIMIT: Final = 4.0
SURE: Final = 0.05
FEWEST: Final = 4
_MOST_CORRELATION: Final = 0.95


@dataclass(frozen=True)
class Tracking:
    """``signal`` is positive where more came than was forecast; None where all errors are zero.

    ``p_value`` is the chance of a signal as far from zero without bias; None below four errors.
    """

    signal: float | None
    count: int
    p_value: float | None

    @property
    def is_beyond(self) -> bool:
        """Is it outside ±4?"""
        return self.signal is not None and abs(self.signal) > LIMIT

    @property
    def is_biased(self) -> bool:
        """Is it outside ±4, and more than luck?"""
        return self.is_beyond and self.p_value is not None and self.p_value < SURE


def tracking(errors: Floats) -> Tracking:
    """The signal of errors ``[n]`` in time order; missing ones are left out."""
    seen = errors[~np.isnan(errors)]
    size = float(np.abs(seen).mean()) if len(seen) else 0.0
    if not size:
        return Tracking(None, len(seen), None)
    signal = float(seen.sum()) / size
    return Tracking(signal, len(seen), _chance(signal, seen) if len(seen) >= FEWEST else None)


def _chance(signal: float, errors: Floats) -> float:
    correlation = min(max(_to_the_next(errors), 0.0), _MOST_CORRELATION)
    longer = (1 + correlation) / (1 - correlation)
    deviation = math.sqrt(math.pi / 2 * len(errors) * longer)
    return math.erfc(abs(signal) / deviation / math.sqrt(2))


def _to_the_next(errors: Floats) -> float:
    """Correlation of errors around their mean with the next one."""
    centred = errors - errors.mean()
    total = float(centred @ centred)
    return float(centred[1:] @ centred[:-1]) / total if total else 0.0
