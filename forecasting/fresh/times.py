"""When a schedule runs next, on the clock of its time zone."""

from __future__ import annotations

import calendar
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from forecasting.models import Schedule

_DAYS_AHEAD: Final = 64
_FRIDAY: Final = 4
Every = Schedule.Every


def next_time(schedule: Schedule, after: datetime) -> datetime | None:
    """The first time behind `after`, in UTC; None for what waits for drift.

    A time that the clocks skip in spring runs an hour later, one that they repeat in autumn once.
    """
    if not schedule.is_timed:
        return None
    if schedule.every == Every.HOUR:
        return _next_hour(schedule, after)
    zone = ZoneInfo(schedule.zone)
    here = after.astimezone(zone)
    for ahead in range(_DAYS_AHEAD):
        day = here.date() + timedelta(days=ahead)
        if not _is_day(schedule, day.weekday(), day.day, _length(day.year, day.month)):
            continue
        found = datetime.combine(day, schedule.at, tzinfo=zone).astimezone(UTC)
        if found > after:
            return found
    raise AssertionError("every month has a first and a last day")


def _next_hour(schedule: Schedule, after: datetime) -> datetime:
    zone = ZoneInfo(schedule.zone)
    here = after.astimezone(zone).replace(minute=schedule.at.minute, second=0, microsecond=0)
    found = here.astimezone(UTC)
    return found if found > after else found + timedelta(hours=1)


def _is_day(schedule: Schedule, weekday: int, day: int, last: int) -> bool:
    if schedule.every == Every.WEEK:
        return weekday == schedule.weekday
    if schedule.every == Every.WEEKDAYS:
        return weekday <= _FRIDAY
    if schedule.every == Every.MONTH:
        return day == (schedule.day or last)
    return True


def _length(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]
