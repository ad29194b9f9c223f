"""How far a series usually strays from what is expected, at each place of its cycle."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from forecasting.engine.anomalies.ranks import MOST, Ranks
from forecasting.engine.panel import Floats

# With fewer rows a place of the cycle has no usual distance of its own.
LEAST_AT_A_PLACE: Final = 8
# What is nothing beside the range of the series.
NOTHING: Final = 1e-6


@dataclass
class Usual:
    """The newest 2,000 distances with their places; ``scale`` ``[m]`` is the usual one at each.

    The usual distance at a place is the median there, or that of all where this is larger: noon
    strays farther than night, but a night of zeros is no reason to doubt the first small value.
    """

    scale: Floats = field(default_factory=lambda: np.ones(1))
    distances: deque[float] = field(default_factory=lambda: deque(maxlen=MOST))
    places: deque[int] = field(default_factory=lambda: deque(maxlen=MOST))
    ranks: Ranks = field(default_factory=Ranks)

    def at(self, place: int) -> float:
        """The usual distance at a place of the cycle."""
        return float(self.scale[place % len(self.scale)])

    def score(self, distance: float, place: int) -> float:
        """The distance in usual ones."""
        return distance / self.at(place)

    def reach(self, p: float, place: int) -> float:
        """The distance that is passed with probability ``p``; NaN before there are any."""
        return self.ranks.quantile(p) * self.at(place)

    def limit(self, p: float, place: int) -> float:
        """The distance that is as rare as ``p``."""
        return self.ranks.limit(p) * self.at(place)

    def add(self, distance: float, place: int) -> None:
        """Remember one more."""
        self.distances.append(distance)
        self.places.append(place)
        self.ranks.add(self.score(distance, place))

    def measure(self, window: Floats, cycle: int, keep: int) -> None:
        """Learn the usual distances anew from the newest ``keep``, and rank these by them."""
        while len(self.distances) > keep:
            self.distances.popleft()
            self.places.popleft()
        least = NOTHING * float(np.ptp(window)) or 1.0
        known = np.array(self.distances)
        if not len(known):
            moves = np.abs(np.diff(window))
            middle = float(np.median(moves)) if len(moves) else 0.0
            self.scale = np.full(cycle, max(middle, least))
            return
        places = np.array(self.places)
        self.scale = np.full(cycle, max(float(np.median(known)), least))
        for place in range(cycle if cycle > 1 else 0):
            there = known[places == place]
            if len(there) >= LEAST_AT_A_PLACE:
                self.scale[place] = max(self.scale[place], float(np.median(there)))
        self.ranks = Ranks(known / self.scale[places])
