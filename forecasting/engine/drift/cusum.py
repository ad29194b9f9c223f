"""One-sided CUSUM: sums up what is more than ordinary, and knows how rarely luck takes it so far.

S_t = max(0, S_(t-1) + z_t - 1/2) for normal scores z; an alarm when S passes h (Page 1954). The
reference 1/2 looks for errors that rose by one standard deviation of the scores, and forgives a
calibration that was a little too kind. Without drift the steps until an alarm are on average
(exp(2 k b) - 2 k b - 1) / (2 k²) with b = h + 1.166 (Siegmund 1985), which gives the h for a
wanted number of steps. It holds for scores that do not depend on each other.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from forecasting.engine.panel import Floats

REFERENCE: Final = 0.5
_OVERSHOOT: Final = 1.166
# Beyond it the sum says nothing new, and would take the longer to come back.
CEILING: Final = 2.0


@dataclass(frozen=True, eq=False)
class Sums:
    """The sum after every score, and from where to where it was in alarm.

    ``drifting`` begins when the sum passes ``threshold`` and ends when it is back at zero;
    ``onset`` is the place after which the sum last rose from zero, -1 without an alarm.
    """

    values: Floats
    drifting: np.ndarray
    onset: int
    threshold: float

    @property
    def last(self) -> float:
        """Where the sum is now."""
        return float(self.values[-1]) if len(self.values) else 0.0

    @property
    def is_drifting(self) -> bool:
        """Is there an alarm now?"""
        return bool(len(self.drifting) and self.drifting[-1])


def threshold_for(steps: float) -> float:
    """The h that luck alone passes once in so many steps on average."""
    low, high = 0.0, 60.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if steps_until(middle) < steps else (low, middle)
    return high


def steps_until(threshold: float) -> float:
    """The mean steps until a false alarm (Siegmund's approximation)."""
    b = threshold + _OVERSHOOT
    return (math.exp(2 * REFERENCE * b) - 2 * REFERENCE * b - 1) / (2 * REFERENCE**2)


def follow(scores: Floats, threshold: float) -> Sums:
    """Sum up scores ``[n]`` in time order; a missing one leaves the sum as it is."""
    values = np.zeros(len(scores))
    drifting = np.zeros(len(scores), dtype=bool)
    total, alarm, start, onset = 0.0, False, 0, -1
    for place, score in enumerate(scores):
        if not math.isnan(score):
            total = min(max(0.0, total + float(score) - REFERENCE), CEILING * threshold)
        if total == 0.0:
            alarm, start = False, place + 1
        elif total > threshold and not alarm:
            alarm, onset = True, start
        values[place], drifting[place] = total, alarm
    return Sums(values, drifting, onset if alarm else -1, threshold)
