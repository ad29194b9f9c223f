"""Schedules as entries of the scheduler process, in the tables of django-celery-beat."""

from __future__ import annotations

import json
from typing import Any, Final

from django.utils import timezone
from django_celery_beat.models import CrontabSchedule, PeriodicTask

from forecasting.models import Schedule

RUN_SCHEDULE: Final = "forecasting.run_schedule"
# The scheduler counts weekdays from Sunday; short months end before the 31st.
_LAST_DAYS: Final = "28-31"
Every = Schedule.Every


def enter(schedule: Schedule) -> PeriodicTask | None:
    """Write or renew the entry of a schedule; None for what waits for drift, whose entry goes."""
    if not schedule.is_timed:
        remove(schedule)
        return None
    crontab, _ = CrontabSchedule.objects.get_or_create(**_crontab(schedule))
    entry: PeriodicTask
    entry, _ = PeriodicTask.objects.update_or_create(
        name=_name(schedule),
        defaults={
            "task": RUN_SCHEDULE,
            "crontab": crontab,
            "args": json.dumps([str(schedule.pk)]),
            "queue": "fast",
            "enabled": schedule.is_on,
            # What lies before this moment is not owed.
            "last_run_at": timezone.now(),
        },
    )
    return entry


def remove(schedule: Schedule) -> None:
    """Take the entry out; none there is fine."""
    PeriodicTask.objects.filter(name=_name(schedule)).delete()


def _name(schedule: Schedule) -> str:
    return f"forecast schedule {schedule.pk}"


def _crontab(schedule: Schedule) -> dict[str, Any]:
    hour = "*" if schedule.every == Every.HOUR else str(schedule.at.hour)
    weekday, day = "*", "*"
    if schedule.every == Every.WEEK:
        weekday = str((schedule.weekday + 1) % 7)
    elif schedule.every == Every.WEEKDAYS:
        weekday = "1-5"
    elif schedule.every == Every.MONTH:
        day = str(schedule.day) if schedule.day else _LAST_DAYS
    return {
        "minute": str(schedule.at.minute),
        "hour": hour,
        "day_of_week": weekday,
        "day_of_month": day,
        "month_of_year": "*",
        "timezone": schedule.zone,
    }
