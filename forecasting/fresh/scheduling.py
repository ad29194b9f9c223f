"""Make, change, pause, run and remove schedules; the entry of the scheduler goes along."""

from __future__ import annotations

from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from accounts import audit
from accounts.models.user import User
from accounts.problems import Conflict, NotAllowed
from forecasting.fresh import beat, firing, runs
from forecasting.fresh.refitting import LENT
from forecasting.fresh.times import next_time
from forecasting.models import PredictionTask, Schedule
from forecasting.refusals import ForecastProblem

MOST_SCHEDULES: Final = 20


def make(schedule: Schedule, *, by: User) -> Schedule:
    """Save a new schedule of a forecast; its owner is that of the forecast.

    Raises NotAllowed for those who may not change the forecast, Problem where it makes no sense.
    """
    with transaction.atomic():
        rows = PredictionTask.objects.select_for_update()
        first = rows.get(pk=schedule.forecast.first_id)
        schedule.forecast, schedule.owner_id = first, first.owner_id
        _check(schedule, by)
        if Schedule.objects.of_forecast(first).count() >= MOST_SCHEDULES:
            raise Conflict(
                gettext("This forecast has %(count)s schedules. Delete one before adding another.")
                % {"count": MOST_SCHEDULES},
                code="too_many_schedules",
            )
        _write(schedule)
        audit.record(by, "schedule.added", schedule, forecast=first.name)
    return schedule


def change(schedule: Schedule, *, by: User) -> Schedule:
    """Save a changed schedule; times that lie behind are not owed."""
    with transaction.atomic():
        schedule.forecast = PredictionTask.objects.get(pk=schedule.forecast.first_id)
        schedule.owner_id = schedule.forecast.owner_id
        _check(schedule, by)
        _write(schedule)
        audit.record(by, "schedule.changed", schedule, forecast=schedule.forecast.name)
    return schedule


def switch(schedule: Schedule, *, on: bool, by: User) -> None:
    """Pause it, or let it go on from now."""
    if schedule.is_on != on:
        schedule.is_on = on
        change(schedule, by=by)


def run_now(schedule: Schedule, *, by: User) -> PredictionTask:
    """Do at once what it does; its next time stays. Raises Conflict where that came to nothing."""
    audit.record(by, "schedule.run", schedule, forecast=schedule.forecast.name)
    made = firing.fire(schedule)
    if made is None:
        schedule.refresh_from_db(fields=["last_words"])
        raise Conflict(schedule.last_words, code="nothing_run")
    return made


def remove(schedule: Schedule, *, by: User) -> None:
    """Forget it; the forecast and its runs stay."""
    with transaction.atomic():
        audit.record(by, "schedule.deleted", schedule, forecast=schedule.forecast.name)
        schedule.delete()


def _write(schedule: Schedule) -> None:
    schedule.next_at = next_time(schedule, timezone.now()) if schedule.is_on else None
    schedule.save()
    schedule.beat = beat.enter(schedule)
    schedule.save(update_fields=["beat"])


def _check(schedule: Schedule, by: User) -> None:
    if not PredictionTask.objects.editable_by(by).filter(pk=schedule.forecast.pk).exists():
        raise NotAllowed(
            gettext("You can view this forecast but not change it. Ask its owner for edit access.")
        )
    if schedule.does == Schedule.Does.REFIT and runs.newest(schedule.forecast).asked(LENT):
        raise ForecastProblem(
            gettext(
                "This forecast is made by a model that learned from other data: it can be brought "
                "up to date, but not train. Choose that instead."
            ),
            field="does",
        )
