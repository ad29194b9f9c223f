"""Schedules and moves as people say them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import available_timezones

from django.utils import timezone
from django.utils.translation import gettext, ngettext, pgettext, pgettext_lazy

from datasets.calendar_words import SHORT_MONTHS, SHORT_WEEKDAYS
from forecasting import wording
from forecasting.fresh.comparing import Move
from forecasting.models import Schedule

Every = Schedule.Every
ON_DAYS: Final = (
    pgettext_lazy("schedule", "Mondays"),
    pgettext_lazy("schedule", "Tuesdays"),
    pgettext_lazy("schedule", "Wednesdays"),
    pgettext_lazy("schedule", "Thursdays"),
    pgettext_lazy("schedule", "Fridays"),
    pgettext_lazy("schedule", "Saturdays"),
    pgettext_lazy("schedule", "Sundays"),
)
# Seconds that nobody misses: the scheduler looks for what it owes once a minute.
_SAID_LATE: Final = 300
# Less than this share of the level is no move that people could see.
LEAST_MOVE: Final = 0.0005


def when(schedule: Schedule) -> str:
    """`every day 18:00`, `Sundays 03:00`, `on drift`; and the zone where it is another."""
    said = _when(schedule)
    if not schedule.is_timed or schedule.zone == timezone.get_current_timezone_name():
        return said
    return pgettext("schedule", "%(when)s (%(zone)s)") % {"when": said, "zone": schedule.zone}


def _when(schedule: Schedule) -> str:
    told = {
        "time": f"{schedule.at:%H:%M}",
        "minute": f"{schedule.at:%M}",
        "days": str(ON_DAYS[schedule.weekday]),
        "day": schedule.day,
    }
    if schedule.every == Every.MONTH and not schedule.day:
        return pgettext("schedule", "last day of the month %(time)s") % told
    sayings = {
        Every.HOUR: pgettext("schedule", "every hour at :%(minute)s"),
        Every.DAY: pgettext("schedule", "every day %(time)s"),
        Every.WEEKDAYS: pgettext("schedule", "Monday to Friday %(time)s"),
        Every.WEEK: pgettext("schedule", "%(days)s %(time)s"),
        Every.MONTH: pgettext("schedule", "day %(day)s of the month %(time)s"),
        Every.DRIFT: pgettext("schedule", "on drift"),
    }
    return sayings[Every(schedule.every)] % told


def upcoming(schedule: Schedule, now: datetime | None = None) -> str:
    """`today 18:00`, `tomorrow 03:00`, `Mon 23 Nov 07:00`, on the reader's clock."""
    if not schedule.is_on:
        return pgettext("schedule", "paused")
    if schedule.next_at is None:
        return pgettext("schedule", "when it drifts")
    zone = timezone.get_current_timezone()
    found, today = schedule.next_at.astimezone(zone), (now or timezone.now()).astimezone(zone)
    told = {
        "time": f"{found:%H:%M}",
        "weekday": str(SHORT_WEEKDAYS[found.weekday()]),
        "day": found.day,
        "month": str(SHORT_MONTHS[found.month - 1]),
    }
    if found.date() == today.date():
        return pgettext("schedule", "today %(time)s") % told
    if found.date() == today.date() + timedelta(days=1):
        return pgettext("schedule", "tomorrow %(time)s") % told
    return pgettext("schedule", "%(weekday)s %(day)s %(month)s %(time)s") % told


def late(schedule: Schedule) -> str:
    """`late by 2 h`; empty where it ran in time."""
    if schedule.last_late < _SAID_LATE:
        return ""
    hours, minutes = divmod(round(schedule.last_late / 60), 60)
    days, left = divmod(hours, 24)
    told = {"minutes": minutes, "hours": hours, "days": days, "left": left}
    if days:
        return pgettext("schedule", "late by %(days)s d %(left)s h") % told
    if hours and minutes:
        return pgettext("schedule", "late by %(hours)s h %(minutes)s min") % told
    if hours:
        return pgettext("schedule", "late by %(hours)s h") % told
    return pgettext("schedule", "late by %(minutes)s min") % told


def late_sentence(schedule: Schedule) -> str:
    """The same as a sentence, with the reason."""
    found = late(schedule)
    if not found:
        return ""
    return gettext("Ran %(late)s: the scheduler stood still at its time.") % {"late": found}


def zones() -> list[str]:
    """Time zones to choose from: the reader's first, then all by name."""
    mine = timezone.get_current_timezone_name()
    return [mine, *sorted(name for name in available_timezones() if name != mine)]


def moved(move: Move) -> str:
    """What moved between two runs, in sentences built from their numbers."""
    return wording.sentences([_came(move), _moved(move)])


def _came(move: Move) -> str:
    if not move.came:
        return ""
    told = {"n": f"{move.came:,}", "run": move.run, "share": wording.percent(abs(move.missed or 0))}
    if move.missed is None or abs(move.missed) < LEAST_MOVE:
        return (
            ngettext(
                "%(n)s value has come since run %(run)s.",
                "%(n)s values have come since run %(run)s.",
                move.came,
            )
            % told
        )
    if move.missed > 0:
        return (
            ngettext(
                "%(n)s value has come since run %(run)s, %(share)s above what it said.",
                "%(n)s values have come since run %(run)s, on average %(share)s above what it "
                "said.",
                move.came,
            )
            % told
        )
    return (
        ngettext(
            "%(n)s value has come since run %(run)s, %(share)s below what it said.",
            "%(n)s values have come since run %(run)s, on average %(share)s below what it said.",
            move.came,
        )
        % told
    )


def _moved(move: Move) -> str:
    if not move.shared:
        return gettext("No time is covered by both runs.")
    told = {
        "n": f"{move.shared:,}",
        "share": wording.percent(abs(move.share)),
        "when": wording.at_moment(move.most_time, move.frequency, move.clock),
        "now": wording.figure(move.most_now),
        "before": wording.figure(move.most_before),
    }
    if move.most_now == move.most_before:
        return gettext("The forecast did not move on the %(n)s steps that both cover.") % told
    if abs(move.share) < LEAST_MOVE:
        return (
            gettext(
                "On average the forecast stayed where it was on the %(n)s steps that both cover; "
                "it moved most %(when)s: %(now)s instead of %(before)s."
            )
            % told
        )
    if move.share > 0:
        return (
            gettext(
                "The forecast moved up by %(share)s on the %(n)s steps that both cover, most "
                "%(when)s: %(now)s instead of %(before)s."
            )
            % told
        )
    return (
        gettext(
            "The forecast moved down by %(share)s on the %(n)s steps that both cover, most "
            "%(when)s: %(now)s instead of %(before)s."
        )
        % told
    )
