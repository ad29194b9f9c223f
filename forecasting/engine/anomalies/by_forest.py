"""Strays from the company of other rows: an isolation forest on lags and seasons.

Isolation forest (Liu, Ting, Zhou 2008): rows that random cuts separate early are strange. A row is
described by its distances from the row before, from the level, from the same place of the season
before, and by how far the last rows swing, so that level and scale of the series do not count. The
forest expects no value; the one shown is the same place of the last season, moved to today's level.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np

from forecasting.engine.anomalies.expectation import Expectation
from forecasting.engine.panel import Floats

if TYPE_CHECKING:
    from sklearn.ensemble import IsolationForest

TREES: Final = 100
SWING: Final = 6
LONGEST_SEASON: Final = 700
# Scores hardly differ in the last digits that depend on the order of additions.
DIGITS: Final = 9


class ByForest(Expectation):
    """Trees grown on the window, four times a window."""

    name: ClassVar[str] = "forest"
    reach: ClassVar[int] = 2 * LONGEST_SEASON

    forest: IsolationForest | None = None
    spread: Floats

    def learn(self, window: Floats, first: int) -> None:
        """Grow the trees on every row of the window that has a season before it."""
        from sklearn.ensemble import IsolationForest  # noqa: PLC0415 -- slow to import

        known = self._features(window)[self._lag + SWING :]
        middle = np.median(np.abs(known), axis=0)
        self.spread = np.where(middle > 0, middle, 1.0)
        forest = IsolationForest(n_estimators=TREES, random_state=self.seed)
        self.forest = forest.fit(np.round(known / self.spread, DIGITS))

    def look(self, rows: Floats, first: int, count: int) -> tuple[Floats, Floats | None]:
        """How early the trees cut off each of the last ``count`` rows."""
        assert self.forest is not None
        used = rows[-(count + self._lag + SWING) :]
        features = self._features(used)[-count:]
        strange = -self.forest.score_samples(np.round(features / self.spread, DIGITS))
        return used[-count:] - features[:, 2], strange

    @property
    def _lag(self) -> int:
        return self.pace.phase

    def _features(self, rows: Floats) -> Floats:
        """``[T, 4]``; the first rows lack a past and take what there is."""
        padded = np.concatenate([np.full(self._lag + SWING, rows[0]), rows])
        before = padded[self._lag + SWING - 1 : -1]
        change = rows - before
        windows = np.lib.stride_tricks.sliding_window_view(padded[self._lag :][:-1], SWING)
        level = np.median(windows, axis=1)
        season = padded[SWING : SWING + len(rows)]
        earlier = np.lib.stride_tricks.sliding_window_view(padded[:-1], SWING)[: len(rows)]
        moved = season + level - np.median(earlier, axis=1) if self._lag > 1 else level
        swing = windows.max(axis=1) - windows.min(axis=1)
        return np.column_stack([change, rows - level, rows - moved, swing])
