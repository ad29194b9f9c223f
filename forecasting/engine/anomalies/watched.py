"""One series under watch: rows come in order, each is judged once, by the rows before it.

1. The detector learns at fixed rows from a window of earlier ones, gaps closed.
2. A row's strangeness is its distance from the expected value over the usual distance at this
   place of the cycle, or what the detector itself says; its p-value is its rank among the past.
3. While a stretch is odd, its rows are replaced by what was expected before the next ones are, and
   only its first one enters the ranks, no higher than what is just odd: an anomaly neither hides
   the next nor makes itself usual, and the share of odd rows is still counted in full.
4. A stretch that stays odd is the new usual: the true rows are put back and learned from.

What comes later changes nothing about a row that was judged; the state can be kept and taken up.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.anomalies.expectation import Expectation
from forecasting.engine.anomalies.ranks import Ranks
from forecasting.engine.anomalies.scored import FLAT, LEVEL, MISSING, VALUE, Scored
from forecasting.engine.anomalies.stretches import Stretches
from forecasting.engine.anomalies.usual import Usual
from forecasting.engine.missing import fill
from forecasting.engine.panel import Floats
from forecasting.engine.watch import Watch

# Rows odder than one in 500 are kept from the inputs of the rows after them.
ODD: Final = 0.002
# Equal values of fewer rows are ties, not a stuck sensor.
LEAST_FLAT: Final = 4
CHUNK: Final = 64
LEAST_KEPT: Final = 100


@dataclass
class Counts:
    """Where a series stands: rows taken, when it learned last, how long it has been odd."""

    rows: int = 0
    learned_at: int = 0
    odd: int = 0
    trusting: int = 0


@dataclass
class Watched:
    """A series and what is remembered of it: the newest rows as judged on, and as they came."""

    expectation: Expectation
    counts: Counts = field(default_factory=Counts)
    clean: list[float] = field(default_factory=list)
    seen: list[float] = field(default_factory=list)
    usual: Usual = field(default_factory=Usual)
    own: Ranks = field(default_factory=Ranks)
    gaps: Stretches = field(default_factory=Stretches)
    flats: Stretches = field(default_factory=Stretches)

    def take(self, label: str, values: Floats, watch: Watch | None = None) -> Scored:
        """Judge rows that come after those before. Raises Cancelled."""
        watch = watch or Watch()
        table = np.full((5, len(values)), np.nan)
        reason = np.zeros(len(values), dtype=np.int8)
        if self.counts.learned_at and len(values):
            self._learn(self.counts.learned_at)
        done = 0
        while done < len(values):
            watch.report(done / len(values))
            part = slice(done, done + self._next(len(values) - done))
            if self.counts.rows < self.expectation.pace.start:
                done += self._warm_up(values[part])
            else:
                done += self._judge(values[part], table[:, part], reason[part])
        self._forget()
        expected, lower, upper, usual, p = table
        times = self._times(len(values))
        return Scored(label, times, values.copy(), expected, lower, upper, usual, p, reason)

    def _next(self, left: int) -> int:
        """How many rows to take at once; learns where that is due."""
        pace, row = self.expectation.pace, self.counts.rows
        if row < pace.start:
            return min(left, pace.start - row)
        if not self.counts.learned_at or row >= pace.next_learning(self.counts.learned_at):
            self._learn(row, fresh=True)
        return min(left, CHUNK, pace.next_learning(self.counts.learned_at) - row)

    def _warm_up(self, values: Floats) -> int:
        """Rows that are only learned from."""
        for value in values.tolist():
            self._lasting(value)
            self._remember(value, value)
        return len(values)

    def _learn(self, row: int, *, fresh: bool = False) -> None:
        """Learn from the window before ``row``; ``fresh`` also measures what is usual."""
        if not self.counts.learned_at:
            first = np.array(self.clean)
            self.clean = [0.0] * len(first) if np.isnan(first).all() else fill(first).tolist()
        end = row - (self.counts.rows - len(self.clean))
        window = np.array(self.clean[max(0, end - self.expectation.pace.window) : end])
        self.expectation.learn(window, row - len(window))
        if fresh:
            self.counts.learned_at = row
            # Errors of a beginner say little about one who has learned more since.
            keep = max(LEAST_KEPT, (row - self.expectation.pace.start) * 2 // 3)
            self.usual.measure(window, self.expectation.pace.phase, keep)
            self.own = Ranks(self.own.array()[-keep:])

    def _judge(self, values: Floats, table: Floats, reason: NDArray[np.int8]) -> int:
        """Judge rows up to the first one that the next must not be expected from; how many."""
        missing = np.flatnonzero(np.isnan(values))
        values = values[: int(missing[0]) + 1] if len(missing) else values
        before = self.clean[-(self.expectation.reach + 1) :]
        rows = np.array([*before, *np.nan_to_num(values, nan=before[-1]).tolist()])
        first = self.counts.rows - len(before)
        expected, strange = self.expectation.look(rows, first, len(values))
        for place, value in enumerate(values.tolist()):
            own = None if strange is None else float(strange[place])
            table[:, place], reason[place], kept = self._row(value, float(expected[place]), own)
            self._remember(float(expected[place]) if not kept else value, value)
            if self.counts.odd > self.expectation.pace.patience:
                self._trust()
                return place + 1
            if not kept:
                return place + 1
        return len(values)

    def _row(
        self, value: float, expected: float, own: float | None
    ) -> tuple[tuple[float, ...], int, bool]:
        """Numbers of one row, why it is unusual, and whether the next may be expected from it."""
        place = self.counts.rows % self.expectation.pace.phase
        reach = self.usual.reach(1 - LEVEL / 100, place)
        facts = (expected, expected - reach, expected + reach, self.usual.at(place))
        lasting, why = self._lasting(value)
        if math.isnan(value):
            return (*facts, lasting), MISSING, False
        p = self._value_p(abs(value - expected), place, own)
        kept = self.counts.odd == 0 or self.counts.trusting > 0
        if why == VALUE:
            return (*facts, p), VALUE, kept
        return (*facts, min(1.0, 2 * min(p, lasting))), FLAT if lasting < p else VALUE, kept

    def _value_p(self, distance: float, place: int, own: float | None) -> float:
        """The p-value of a value; its score is remembered unless an odd stretch goes on."""
        score = self.usual.score(distance, place)
        p = self.usual.ranks.p(score) if own is None else self.own.p(own)
        trusting = self.counts.trusting > 0
        self.counts.trusting = max(0, self.counts.trusting - 1)
        self.counts.odd = self.counts.odd + 1 if p <= ODD and not trusting else 0
        if self.counts.odd == 0:
            self._rank(distance, place, own)
        elif self.counts.odd == 1:
            most = None if own is None else min(own, self.own.limit(ODD))
            self._rank(min(distance, self.usual.limit(ODD, place)), place, most)
        return p

    def _rank(self, distance: float, place: int, own: float | None) -> None:
        self.usual.add(distance, place)
        if own is not None:
            self.own.add(own)

    def _lasting(self, value: float) -> tuple[float, int]:
        """How rarely a gap, or a value that does not move, lasts as long as this one."""
        before = self.seen[-1] if self.seen else math.nan
        gap = self.gaps.take(goes_on=math.isnan(value))
        flat = self.flats.take(goes_on=value == before)
        if math.isnan(value):
            return gap, MISSING
        if self.flats.lasting + 1 >= LEAST_FLAT:
            return flat, FLAT
        return 1.0, VALUE

    def _trust(self) -> None:
        """The odd stretch is the new usual."""
        count = self.counts.odd
        true = fill(np.array([self.clean[-count - 1], *self.seen[-count:]]))[1:]
        self.clean[-count:] = true.tolist()
        self.counts.odd = 0
        self.counts.trusting = self.expectation.pace.patience
        self._learn(self.counts.rows, fresh=True)

    def _remember(self, clean: float, seen: float) -> None:
        self.clean.append(clean)
        self.seen.append(seen)
        self.counts.rows += 1

    def _forget(self) -> None:
        """Keep what the next rows need, and what the detector learned from last."""
        since = self.counts.rows - max(self.counts.learned_at, 0)
        pace = self.expectation.pace
        keep = max(since + pace.window, self.expectation.reach + 1, pace.start + pace.patience)
        del self.clean[:-keep], self.seen[:-keep]

    def _times(self, count: int) -> NDArray[np.datetime64]:
        steps = np.arange(self.counts.rows - count, self.counts.rows, dtype=np.int64)
        return self.expectation.frequency.at(self.expectation.start, steps)
