"""Past values in named groups: the newest, the same time of earlier cycles, the rest, the older.

How far a value lies back is counted from the step that is forecast: for the step h after the last
row the value of lag l (1 is the last row) lies l + h - 1 steps back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.errors import gettext_noop
from forecasting.engine.explaining import time_words
from forecasting.engine.explaining.sentence import Sentence
from forecasting.engine.frequency import Frequency

# The newest values are an eighth of the shortest cycle: three hours of a day, a day of a week.
NEWEST_SHARE: Final = 8


@dataclass(frozen=True)
class LagBands:
    """Groups for cycles of ``seasons`` steps, shortest first; one ``name`` per group.

    Group 0 holds the newest values; then for every cycle the same place of earlier ones; then for
    every cycle the rest of the last one; the last group holds what is older.
    """

    frequency: Frequency
    seasons: tuple[int, ...]

    @property
    def newest(self) -> int:
        """Values of the first group."""
        return max(1, self.seasons[0] // NEWEST_SHARE) if self.seasons else 1

    @property
    def names(self) -> tuple[Sentence, ...]:
        """In the order of the codes."""
        frequency = self.frequency
        return (
            time_words.recent(frequency, self.newest),
            *(time_words.same_place(frequency, m) for m in self.seasons),
            *(
                Sentence.of(gettext_noop("other values up to %(span)s back"), span=s)
                for s in (time_words.span(frequency, m) for m in self.seasons)
            ),
            Sentence.of(gettext_noop("older values")),
        )

    def codes(self, lags: NDArray[np.int64], steps: Sequence[int]) -> NDArray[np.int64]:
        """The group of every lag ``[L]`` for a forecast of ``steps`` (0 is the first).

        A value that has the same place as any of the steps counts as such; the longest cycle wins.
        Where the steps cover more than half of a cycle, its places cannot be told apart.
        """
        count = len(self.seasons)
        found = np.full(len(lags), 2 * count + 1)
        for place in reversed(range(count)):
            found[lags <= self.seasons[place]] = 1 + count + place
        found[lags <= self.newest] = 0
        for place, season in enumerate(self.seasons):
            if len(steps) <= max(1, season // 2):
                back = lags[:, None] + np.asarray(steps)
                found[(back % season == 0).any(axis=1)] = 1 + place
        return found
