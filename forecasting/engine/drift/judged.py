"""Has one model drifted? Each series by itself, with one promise for all of them together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.drift import cusum
from forecasting.engine.drift.holding import Held, held
from forecasting.engine.panel import Floats

Sign = Literal["", "errors", "intervals"]
# The newest values whose interval is tested, and the fewest that say anything.
NEWEST: Final = 100
FEWEST: Final = 30
# Luck alone leaves so few inside once in so many looks.
SURE: Final = 0.0002


@dataclass(frozen=True, eq=False)
class Judged:
    """What is said of one series: ``sign`` is empty while it is steady."""

    label: str
    sign: Sign
    sums: cusum.Sums
    held: Held

    @property
    def distance(self) -> float:
        """How far the sum is on its way to an alarm: above 1 it is one."""
        return self.sums.last / self.sums.threshold


def judge(
    scores: Mapping[str, Floats],
    inside: Mapping[str, NDArray[np.bool_]],
    level: float,
    steps: float,
) -> list[Judged]:
    """Judge normal scores ``[n]`` (``surprise``) and hits of every series, in time order.

    Luck alone raises one alarm in about ``steps`` steps of all series together. The series that is
    nearest to an alarm comes first.
    """
    many = max(1, len(scores))
    threshold = cusum.threshold_for(steps * many)
    found = [
        _judged(label, cusum.follow(series, threshold), inside[label], level, SURE / many)
        for label, series in scores.items()
    ]
    return sorted(found, key=lambda one: (one.sign == "", -one.distance))


def _judged(
    label: str, sums: cusum.Sums, inside: NDArray[np.bool_], level: float, sure: float
) -> Judged:
    newest = held(inside[-NEWEST:], level)
    sign: Sign = ""
    if sums.is_drifting:
        sign = "errors"
    elif newest.count >= FEWEST and newest.p_fewer < sure:
        sign = "intervals"
    return Judged(label, sign, sums, newest)
