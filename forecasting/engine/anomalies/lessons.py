"""What labels teach about the threshold: false alarms fall away, true ones stay.

With events that people called real, the threshold moves between the least unusual of them and the
false alarms below it; false alarms as unusual as a real one cannot be told apart and stay. With
false alarms only, a logistic curve of the unusualness (Platt 1999), held by a prior that an event
at today's threshold is as likely real as not and one a hundred times rarer very likely is, says
from where on one in two would be real, so that a few labels never silence everything.
The threshold never becomes laxer: how many alarms there may be was chosen by people.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from forecasting.engine.anomalies.ranks import SMALLEST_P

# The prior's slope per factor of ten, and how many labels its two parts are worth.
PRIOR_SLOPE: Final = 2.0
PRIOR_WEIGHT: Final = 2.0
# Factors of ten beyond the rarest false alarm that are enough to silence it.
NO_FURTHER: Final = 0.5
STEPS: Final = 50


@dataclass(frozen=True)
class Label:
    """The rarest p-value of an event, and whether people called it real."""

    p: float
    real: bool


@dataclass(frozen=True)
class Lesson:
    """The ``threshold`` after the labels, ``before`` them, and what becomes of the labelled."""

    before: float
    threshold: float
    real: int
    real_kept: int
    false: int
    false_dropped: int

    @property
    def moved(self) -> bool:
        """Did the labels change anything?"""
        return self.threshold < self.before


def learned(before: float, labels: Sequence[Label]) -> Lesson:
    """Where the threshold should be after ``labels`` of events that passed ``before``."""
    counted = [label for label in labels if label.p <= before]
    real = sorted(_rarity(label.p) for label in counted if label.real)
    false = sorted(_rarity(label.p) for label in counted if not label.real)
    at = today = _rarity(before)
    if real and false:
        below = [score for score in false if score < real[0]]
        at = max(at, (below[-1] + real[0]) / 2) if below else at
    elif false:
        at = min(at + _midpoint([score - at for score in false]), false[-1] + NO_FURTHER)
    # The same threshold must stay the same number: an alarm may lie right on it.
    threshold = min(before, 10.0**-at) if at > today else before
    return Lesson(
        before=before,
        threshold=threshold,
        real=len(real),
        real_kept=sum(label.p <= threshold for label in counted if label.real),
        false=len(false),
        false_dropped=sum(label.p > threshold for label in counted if not label.real),
    )


def _rarity(p: float) -> float:
    """Factors of ten below 1."""
    return -math.log10(max(p, SMALLEST_P))


def _midpoint(false: Sequence[float]) -> float:
    """How many factors of ten beyond the threshold an event is as likely real as not, at least 0.

    The largest posterior of intercept and slope with normal priors, by Newton's method.
    """
    x = np.array(false)
    weights = np.array([0.0, PRIOR_SLOPE])
    prior, precision = weights.copy(), np.full(2, PRIOR_WEIGHT)
    design = np.column_stack([np.ones(len(x)), x])
    for _ in range(STEPS):
        likely = 1 / (1 + np.exp(-design @ weights))
        slope = design.T @ likely + precision * (weights - prior)
        bend = (design.T * (likely * (1 - likely))) @ design + np.diag(precision)
        step = np.linalg.solve(bend, slope)
        weights = weights - step
        if float(np.abs(step).max()) < 1e-10:
            break
    steepness = max(float(weights[1]), PRIOR_SLOPE / 4)
    return max(0.0, -float(weights[0]) / steepness)
