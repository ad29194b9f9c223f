"""A schedule runs: exactly once for each of its times, however often it is told to."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext

from accounts.problems import Problem
from forecasting.fresh import following, refitting, runs, telling
from forecasting.fresh.beat import RUN_SCHEDULE
from forecasting.fresh.times import next_time
from forecasting.models import PredictionTask, Schedule

__all__ = ["RUN_SCHEDULE", "catch_up", "drifted", "due", "fire"]
logger = logging.getLogger(__name__)
# The clocks of two machines may differ by so much.
EARLY: Final = timedelta(seconds=30)
# After so much the scheduler process has missed it.
LATE: Final = timedelta(seconds=90)
_NOTED: Final = ("last_at", "last_late", "last_run", "last_outcome", "last_words")
Outcome, Does = Schedule.Outcome, Schedule.Does


def due(schedule_id: UUID, now: datetime | None = None) -> bool:
    """Run a schedule whose time has come; answers False where it has not, or it ran already.

    Times that were missed count once: the next one lies behind `now`.
    """
    moment = now or timezone.now()
    with transaction.atomic():
        rows = Schedule.objects.select_for_update().filter(pk=schedule_id, is_on=True)
        row = rows.filter(next_at__lte=moment + EARLY).first()
        if row is None or row.next_at is None:
            return False
        behind = moment - row.next_at
        row.next_at = next_time(row, max(moment, row.next_at))
        row.save(update_fields=["next_at", "updated_at"])
    fire(row, behind=behind)
    return True


def catch_up(now: datetime | None = None) -> int:
    """Run once what should have run while the scheduler stood still; answers how many."""
    moment = now or timezone.now()
    late = Schedule.objects.filter(is_on=True, next_at__lt=moment - LATE)
    return sum(due(pk, moment) for pk in list(late.values_list("pk", flat=True)))


def drifted(task: PredictionTask) -> PredictionTask | None:
    """The forecast that `task` is a run of drifts: run its schedules that wait for that.

    Answers the run that set out; None where none waits, or it could not.
    """
    found = None
    for schedule in Schedule.objects.of_forecast(task).on_drift():
        found = fire(schedule) or found
    return found


def fire(schedule: Schedule, *, behind: timedelta = timedelta()) -> PredictionTask | None:
    """Do what a schedule does, and note how it went; answers the run that set out.

    `behind` is how long ago it was due.
    """
    row = Schedule.objects.select_related("owner", "forecast__dataset").get(pk=schedule.pk)
    row.last_at = timezone.now()
    row.last_late = round(behind.total_seconds()) if behind > LATE else 0
    made: PredictionTask | None = None
    with translation.override(row.owner.language or None):
        try:
            made = _start(row)
        except Problem as problem:
            row.last_outcome, row.last_words = Outcome.FAILED, str(problem.message)
            logger.info("Schedule %s could not run: %s", row.pk, problem)
    if made is not None:
        row.last_run = made
    row.save(update_fields=[*_NOTED, "updated_at"])
    if row.last_outcome == Outcome.FAILED:
        telling.tell_failure(row)
    return made


def _start(row: Schedule) -> PredictionTask | None:
    newest = runs.newest(row.forecast)
    if not row.owner.is_active:
        raise Problem(gettext("The account of its owner is closed. Make a schedule of your own."))
    refits = row.does == Does.REFIT
    moved_by = runs.MovedBy.SCHEDULE if row.is_timed else runs.MovedBy.DRIFT
    if not (refitting.is_news(newest) if refits else _has_moved(newest)):
        row.last_outcome, row.last_words = Outcome.NOTHING_NEW, following.nothing_new(newest)
        return None
    if refits:
        made = refitting.refit(newest, moved_by=moved_by)
    else:
        made = following.move(newest, moved_by=moved_by)
    row.last_outcome, row.last_words = Outcome.STARTED, ""
    return made


def _has_moved(newest: PredictionTask) -> bool:
    version = newest.dataset.current_version
    if version is None or version.pk == newest.version_id:
        return False
    return following.has_newer_rows(newest, version)
