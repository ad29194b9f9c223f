"""Runs of unusual rows joined into events: when, how large, and of which kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.anomalies.scored import FLAT, MISSING, Scored

SPIKE: Final = "spike"
DIP: Final = "dip"
LEVEL_SHIFT: Final = "level_shift"
STUCK: Final = "flat"
GAP: Final = "missing"
KINDS: Final = (SPIKE, DIP, LEVEL_SHIFT, STUCK, GAP)
# Unusual rows with at most so many usual ones between them are one event.
JOINED_OVER: Final = 2
# A stretch on one side of what was expected that lasts so long is another level, not a spike.
LEAST_SHIFT: Final = 6
ONE_SIDED: Final = 0.9


@dataclass(frozen=True)
class Event:
    """One anomaly: rows ``first`` to ``last`` of a series, and its most unusual row ``peak``.

    ``size`` is how far the value there is above (+) or below (-) ``expected`` (NaN for a gap),
    ``times_usual`` the same in usual distances, ``p`` how rare it is.
    """

    label: str
    kind: str
    first: int
    last: int
    peak: int
    start: np.datetime64
    end: np.datetime64
    peak_time: np.datetime64
    value: float
    expected: float
    lower: float
    upper: float
    size: float
    times_usual: float
    p: float

    @property
    def rows(self) -> int:
        """How many rows it spans."""
        return self.last - self.first + 1


def events_of(scored: Scored, threshold: float) -> list[Event]:
    """The events of a series whose rows have a p-value of at most ``threshold``."""
    return [_event(scored, run) for run in _runs(scored, threshold)]


def count_events(scored: Sequence[Scored], threshold: float) -> int:
    """How many events all series have at a threshold; the same as joining them, but quick."""
    total = 0
    for one in scored:
        rows = np.flatnonzero(one.p <= threshold)
        if len(rows):
            total += 1 + int((~_goes_on(rows, one.reason[rows])).sum())
    return total


def _runs(scored: Scored, threshold: float) -> Iterator[NDArray[np.int64]]:
    rows = np.flatnonzero(scored.p <= threshold)
    if len(rows):
        breaks = np.flatnonzero(~_goes_on(rows, scored.reason[rows])) + 1
        yield from np.split(rows, breaks)


def _goes_on(rows: NDArray[np.int64], reason: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Whether each unusual row but the first belongs to the event of the one before."""
    near: NDArray[np.bool_] = (np.diff(rows) <= JOINED_OVER + 1) & (reason[1:] == reason[:-1])
    return near


def _event(scored: Scored, rows: NDArray[np.int64]) -> Event:
    peak = int(rows[np.argmin(scored.p[rows])])
    gap = float(scored.gap[peak])
    usual = float(scored.usual[peak])
    return Event(
        label=scored.label,
        kind=_kind(scored, rows, gap),
        first=int(rows[0]),
        last=int(rows[-1]),
        peak=peak,
        start=scored.times[rows[0]],
        end=scored.times[rows[-1]],
        peak_time=scored.times[peak],
        value=float(scored.values[peak]),
        expected=float(scored.expected[peak]),
        lower=float(scored.lower[peak]),
        upper=float(scored.upper[peak]),
        size=gap,
        times_usual=abs(gap) / usual if usual > 0 else float("nan"),
        p=float(scored.p[peak]),
    )


def _kind(scored: Scored, rows: NDArray[np.int64], gap: float) -> str:
    reason = int(scored.reason[rows[0]])
    if reason == MISSING:
        return GAP
    if reason == FLAT:
        return STUCK
    away = scored.gap[rows[0] : rows[-1] + 1]
    same = np.mean(np.sign(away) == np.sign(gap))
    if len(away) >= LEAST_SHIFT and same >= ONE_SIDED:
        return LEVEL_SHIFT
    return SPIKE if gap >= 0 else DIP
