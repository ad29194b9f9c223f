"""A time of the data inside a sentence, in the language of the reader and on the data's clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext, pgettext

from datasets.calendar_words import SHORT_MONTHS, SHORT_WEEKDAYS
from datasets.clock import Clock, clock_of, read_stored
from datasets.models import Version

_DAY = 86_400


@dataclass(frozen=True)
class TimeWords:
    """`29 Mar 2026` where days are counted, `Sun 29 Mar 2026 01:00` where hours are."""

    clock: Clock
    is_days: bool

    def at(self, stored: Any) -> str:
        """One stored time; what is no time stays as it is."""
        moment = read_stored(stored)
        if moment is None:
            return str(stored)
        local = self.clock.shown(moment)
        if self._is_day(local):
            return _day(local)
        return self.clock.with_offset(_moment(local), moment)

    def span(self, start: Any, end: Any) -> str:
        """`29 Mar 2026 to 2 Apr 2026`, `Sun 29 Mar 2026 01:00 to 10:00`; one time if it is one."""
        first, last = self.at(start), self.at(end)
        if first == last:
            return first
        moments = read_stored(start), read_stored(end)
        if moments[0] and moments[1]:
            begins, ends = self.clock.shown(moments[0]), self.clock.shown(moments[1])
            if begins.date() == ends.date() and not self._is_day(ends):
                last = self.clock.with_offset(_time(ends), moments[1])
        return gettext("%(start)s to %(end)s") % {"start": first, "end": last}

    def _is_day(self, local: datetime) -> bool:
        return self.is_days and local == datetime(local.year, local.month, local.day)  # noqa: DTZ001


def time_words(version: Version) -> TimeWords:
    """How the times of this version read."""
    profile = version.profile
    step = profile.get("step_seconds") or 0
    ends = [str(profile.get(name) or "") for name in ("start", "end")]
    at_midnight = all(end.endswith(("T00:00:00", " 00:00:00")) for end in ends)
    return TimeWords(clock_of(version), at_midnight and (not step or step >= _DAY))


def _day(local: datetime) -> str:
    return pgettext("day", "%(day)s %(month)s %(year)s") % _parts(local)


def _moment(local: datetime) -> str:
    words = pgettext("moment with year", "%(weekday)s %(day)s %(month)s %(year)s %(time)s")
    return words % _parts(local)


def _time(local: datetime) -> str:
    if local.microsecond:
        return f"{local:%H:%M:%S.%f}".rstrip("0")
    return f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"


def _parts(local: datetime) -> dict[str, Any]:
    return {
        "weekday": SHORT_WEEKDAYS[local.weekday()],
        "day": local.day,
        "month": SHORT_MONTHS[local.month - 1],
        "month_number": local.month,
        "year": local.year,
        "time": _time(local),
    }
