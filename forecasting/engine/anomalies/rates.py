"""How many alarms a week to expect, and the threshold that gives as many as people want.

Counted, not assumed: the events that a threshold would have raised in the rows judged so far,
divided by the weeks they span, with the exact interval of a Poisson rate (Garwood 1936). Beside it
stands what chance alone explains: ``threshold * rows`` rows would pass it if nothing ever happened,
which bounds the share of false discoveries (Benjamini, Hochberg 1995; Storey 2002).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from forecasting.engine.anomalies.events import count_events
from forecasting.engine.anomalies.scored import Scored
from forecasting.engine.errors import SettingsError, TooShortError, gettext_noop
from forecasting.engine.frequency import Frequency
from forecasting.engine.panel import Floats

WEEK: Final = 604_800.0
CONFIDENCE: Final = 0.95
# No row is called unusual that is as usual as one in five.
LARGEST: Final = 0.2
CANDIDATES: Final = 120


@dataclass(frozen=True)
class Rate:
    """What a threshold would have raised in ``weeks`` of history.

    ``low`` and ``high`` bound the alarms a week with 95 % confidence; ``by_chance`` of the
    ``unusual`` rows would be there if nothing ever happened, and ``false_share`` is their part.
    """

    threshold: float
    alarms: int
    weeks: float
    per_week: float
    low: float
    high: float
    unusual: int
    by_chance: float

    @property
    def false_share(self) -> float:
        """At most this share of the unusual rows is chance; NaN where there are none."""
        return min(1.0, self.by_chance / self.unusual) if self.unusual else float("nan")


def weeks_of(scored: Sequence[Scored], frequency: Frequency) -> float:
    """Weeks that the judged rows span, of the longest series."""
    return max((one.rows for one in scored), default=0) * frequency.step_seconds / WEEK


def rate_at(scored: Sequence[Scored], threshold: float, weeks: float) -> Rate:
    """Alarms of all series together at a threshold. Raises TooShortError without judged rows."""
    if weeks <= 0:
        raise TooShortError(gettext_noop("No row was judged yet, so no rate can be told."))
    alarms = count_events(scored, threshold)
    low, high = poisson_interval(alarms)
    return Rate(
        threshold=threshold,
        alarms=alarms,
        weeks=weeks,
        per_week=alarms / weeks,
        low=low / weeks,
        high=high / weeks,
        unusual=sum(int((one.p <= threshold).sum()) for one in scored),
        by_chance=threshold * sum(one.rows for one in scored),
    )


def threshold_for(scored: Sequence[Scored], per_week: float, weeks: float) -> float:
    """The largest threshold that raised at most ``per_week`` alarms a week in the history.

    Where even one alarm in the whole history is too many, the threshold lies below the rarest
    row by as much. Raises SettingsError for a rate that is not above 0.
    """
    if not per_week > 0:
        raise SettingsError(
            gettext_noop("Expect more than 0 alarms a week; %(rate)s would never raise one."),
            rate=per_week,
        )
    allowed = per_week * weeks
    values = np.sort(np.concatenate([one.p[one.p <= LARGEST] for one in scored] or [np.empty(0)]))
    if not len(values):
        return float(min(LARGEST, per_week / max(weeks, 1.0)))
    if allowed < 1:
        return float(values[0] * allowed)
    chosen = float(values[0]) / 2
    for place in _places(len(values)):
        candidate = float(values[place])
        if count_events(scored, candidate) > allowed:
            break
        chosen = candidate
    return _between(scored, values, chosen, allowed)


def poisson_interval(count: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Exact bounds of the mean of a Poisson count (Garwood 1936)."""
    from scipy.special import gammaincinv  # noqa: PLC0415 -- not needed before a rate is told

    side = (1 - confidence) / 2
    low = float(gammaincinv(count, side)) if count else 0.0
    return low, float(gammaincinv(count + 1, 1 - side))


def _places(count: int) -> list[int]:
    """Ranks to try, close together at the rare end."""
    return sorted({int(p) for p in np.geomspace(1, count, min(count, CANDIDATES)).round() - 1})


def _between(scored: Sequence[Scored], values: Floats, chosen: float, allowed: float) -> float:
    """The last value after ``chosen`` that still keeps to the allowed alarms."""
    place = int(np.searchsorted(values, chosen, side="right"))
    low, high = place, min(len(values), 2 * place + 2)
    best = chosen
    while low < high:
        middle = (low + high) // 2
        if count_events(scored, float(values[middle])) <= allowed:
            best, low = float(values[middle]), middle + 1
        else:
            high = middle
    return best
