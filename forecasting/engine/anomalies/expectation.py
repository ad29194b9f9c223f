"""What the kinds of detectors differ in: how the next value is expected, how strange one is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np

from forecasting.engine.calendar_steps import Times
from forecasting.engine.explaining.cycles import cycles
from forecasting.engine.frequency import Frequency
from forecasting.engine.panel import Floats

LONGEST_WINDOW: Final = 1_500
SHORTEST_WINDOW: Final = 200
LEAST_START: Final = 40


@dataclass(frozen=True)
class Pace:
    """When a detector learns, by the step of the series alone: never by what comes later.

    ``start`` rows before the first one is judged; ``window`` rows it learns from at most;
    ``patience`` rows after which an odd stretch is taken for the new usual.
    """

    seasons: tuple[int, ...]
    start: int
    window: int
    patience: int

    @staticmethod
    def of(frequency: Frequency) -> Pace:
        """For series of this frequency."""
        seasons = tuple(sorted(s for s in frequency.season_lengths if s > 1))
        usual = frequency.season_length
        short = usual if usual <= LONGEST_WINDOW // 4 else 1
        fitting = max((s for s in seasons if 4 * s <= LONGEST_WINDOW), default=1)
        return Pace(
            seasons=seasons,
            start=max(LEAST_START, 3 * short),
            window=min(LONGEST_WINDOW, max(SHORTEST_WINDOW, 12 * short, 6 * fitting)),
            patience=max(6, min(48, short)),
        )

    @property
    def phase(self) -> int:
        """Steps of the cycle by whose phases rows are compared; 1 without one."""
        usual = [s for s in self.seasons if 3 * s <= self.start]
        return usual[0] if usual else 1

    def next_learning(self, row: int) -> int:
        """The row at which to learn again after ``row``: often at first, then four a window."""
        return row + max(8, min(row // 3, self.window // 4))

    def found(self, column: Floats) -> tuple[int, ...]:
        """The seasons that a gapless column has, of those it holds three times."""
        fitting = [s for s in self.seasons if 3 * s <= len(column)]
        return cycles(column, fitting) if np.ptp(column) > 0 else ()


class Expectation(ABC):
    """Learns from rows before a place, then expects the rows after it, each from those before.

    ``look`` may read a row itself to say how strange it is, never a later one.
    """

    name: ClassVar[str] = ""
    # Rows before a place that the expectation reads beside what it learned.
    reach: ClassVar[int] = 0

    def __init__(self, pace: Pace, frequency: Frequency, start: Times, seed: int) -> None:
        self.pace, self.frequency, self.start, self.seed = pace, frequency, start, seed

    @abstractmethod
    def learn(self, window: Floats, first: int) -> None:
        """Learn from gapless rows ``first, first + 1, …`` of the series."""

    @abstractmethod
    def look(self, rows: Floats, first: int, count: int) -> tuple[Floats, Floats | None]:
        """Of the last ``count`` of gapless ``rows``: expected values, and how strange each is.

        The first of ``rows`` is row ``first`` of the series; each of the last ones is expected from
        those before it. None lets the distance from the expected value be the strangeness.
        """
