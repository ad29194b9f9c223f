"""The one thing in a forecast that is worth pointing at: where it peaks, is lowest, or crosses 0.

Sentence and chart both point at what is found here, so that they never name two things.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from forecasting.results import Line

# A forecast that leaves the range of the past by a quarter of it says something new.
CLEARLY: Final = 0.25


class Kind(StrEnum):
    """What happens at the step."""

    PEAK = "peak"
    LOW = "low"
    RISES = "rises"
    FALLS = "falls"


@dataclass(frozen=True)
class Turning:
    """The step it is about, and the value that is said of it: 0 where the forecast crosses it."""

    kind: Kind
    step: int
    value: float

    @property
    def is_below(self) -> bool:
        """Whether there is more room for words under the line than over it."""
        return self.kind in (Kind.LOW, Kind.FALLS)


def turning_of(line: Line, history: Sequence[float | None]) -> Turning:
    """Where `line` crosses 0 for good; else where it leaves what `history` (oldest first) has seen.

    A forecast that leaves it downwards, or only falls, is lowest there; any other peaks.
    """
    seen = [value for value in history if value is not None]
    if crossing := _crossing(line.mean, seen[-1:]):
        return crossing
    peak, low = peak_of(line), low_of(line)
    falls = peak == 0 and low == len(line.mean) - 1 > 0
    if falls or (len(seen) > 1 and _leaves_downwards(line.mean[peak], line.mean[low], seen)):
        return Turning(Kind.LOW, low, line.mean[low])
    return Turning(Kind.PEAK, peak, line.mean[peak])


def _leaves_downwards(peak: float, low: float, seen: Sequence[float]) -> bool:
    """Clearly so, and further than upwards."""
    under, over = min(seen) - low, peak - max(seen)
    return under > max(over, CLEARLY * (max(seen) - min(seen)), 0.0)


def peak_of(line: Line) -> int:
    """The step of the highest value."""
    return max(range(len(line.mean)), key=lambda step: line.mean[step])


def low_of(line: Line) -> int:
    """The step of the lowest value."""
    return min(range(len(line.mean)), key=lambda step: line.mean[step])


def _crossing(mean: Sequence[float], last: Sequence[float]) -> Turning | None:
    """Once only: what goes up and down through 0 every day is no turn of events."""
    joined = [*last, *mean]
    signs = [(value > 0) - (value < 0) for value in joined]
    changes = [at for at in range(1, len(signs)) if signs[at] != signs[at - 1]]
    if len(joined) <= len(mean) or len(changes) != 1 or 0 in signs:
        return None
    step = changes[0] - len(last)
    return Turning(Kind.RISES if signs[-1] > 0 else Kind.FALLS, step, 0.0)
