"""Walking along calendars: the n-th business day or month end after a start, for whole arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.datetime64]
Steps = NDArray[np.int64]

DAY = np.timedelta64(1, "D")
MONTH = np.timedelta64(1, "M")


def split_clock(times: Times) -> tuple[Times, NDArray[np.timedelta64]]:
    """Times as whole days and the time of day left over."""
    days = times.astype("datetime64[D]")
    return days, times - days


def business_days(starts: Times, steps: Steps) -> Times:
    """The ``steps``-th Monday-to-Friday day after each start, at the start's time of day."""
    days, clock = split_clock(starts)
    moved = np.busday_offset(days, steps, roll="forward")
    return (moved + clock).astype("datetime64[ns]")


def business_steps(starts: Times, times: Times) -> Steps:
    """Business days from each start to each time."""
    return np.busday_count(split_clock(starts)[0], split_clock(times)[0]).astype(np.int64)


def months_after(starts: Times, steps: Steps, edge: str) -> Times:
    """The day ``edge`` of the month ``steps`` months after each start's month.

    ``edge`` is ``start``, ``end``, ``bstart``, ``bend`` (first or last weekday) or a day number,
    which short months cut to their last day.
    """
    days, clock = split_clock(starts)
    months = days.astype("datetime64[M]") + steps * MONTH
    return (month_days(months, edge) + clock).astype("datetime64[ns]")


def month_days(months: NDArray[Any], edge: str) -> Times:
    """The day named by ``edge`` in each month."""
    first: Times = months.astype("datetime64[D]")
    last: Times = (months + MONTH).astype("datetime64[D]").astype("datetime64[D]")
    last = np.subtract(last, DAY)
    if edge == "start":
        return first
    if edge == "end":
        return last
    if edge == "bstart":
        return np.busday_offset(first, 0, roll="forward")
    if edge == "bend":
        return np.busday_offset(last, 0, roll="backward")
    chosen: Times = np.minimum(first + (int(edge) - 1) * DAY, last)
    return chosen


def month_steps(starts: Times, times: Times) -> Steps:
    """Calendar months from each start to each time."""
    gap = times.astype("datetime64[M]") - starts.astype("datetime64[M]")
    months: Steps = gap.astype(np.int64)
    return months


def month_edge(days: Times) -> str | None:
    """Which day of the month all these days are, or None when they differ."""
    months = days.astype("datetime64[M]")
    for edge in ("start", "end", "bstart", "bend"):
        if np.array_equal(month_days(months, edge), days):
            return edge
    day_numbers = (days - months.astype("datetime64[D]")).astype(np.int64) + 1
    edge = str(int(day_numbers.max()))
    return edge if np.array_equal(month_days(months, edge), days) else None
