"""The days a step covers, and how many of them are worked or free.

A month, quarter or year dated by its end covers the days up to it, one dated by its beginning the
days from it on; a week dated by a Friday, Saturday or Sunday ends with that day.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.calendar_steps import DAY, Times
from forecasting.engine.frequency import Frequency
from forecasting.engine.preprocessing.holiday_features import holidays_of

CLOSING_DAYS: Final = ("FRI", "SAT", "SUN")
Counts = NDArray[np.int64]


def covered(frequency: Frequency, times: Times) -> tuple[Times, Times]:
    """First day of every step, and the first day after it."""
    days = times.astype("datetime64[D]")
    one = np.ones(len(times), dtype=np.int64)
    if frequency.edge in ("end", "bend") or frequency.anchor in CLOSING_DAYS:
        before = frequency.at(times, -one).astype("datetime64[D]")
        return np.add(before, DAY), np.add(days, DAY)
    return days, frequency.at(times, one).astype("datetime64[D]")


def working_days(frequency: Frequency, times: Times, free: Times) -> Counts:
    """Mondays to Fridays of every step that are not ``free``."""
    first, after = covered(frequency, times)
    return np.busday_count(first, after, holidays=free).astype(np.int64)


def free_days(frequency: Frequency, times: Times, free: Times) -> Counts:
    """How many of the sorted ``free`` days every step covers."""
    first, after = covered(frequency, times)
    found: Counts = np.searchsorted(free, after) - np.searchsorted(free, first)
    return found


def holidays_around(times: Times, country: str, subdivision: str) -> Times:
    """Sorted holidays of the years of ``times`` and of a year before and after; none of nowhere."""
    if not country:
        return np.empty(0, dtype="datetime64[D]")
    years = times.astype("datetime64[Y]").astype(np.int64) + 1970
    days = [
        day
        for year in range(int(years.min()) - 1, int(years.max()) + 2)
        for day, _ in holidays_of(country, subdivision, year)
    ]
    return np.unique(np.array(days, dtype="datetime64[D]"))
