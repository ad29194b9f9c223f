"""New rows move the forecasts of their dataset: which ones, and the jobs that do it."""

from __future__ import annotations

import logging
from typing import Any
from uuid import UUID

from celery import current_app
from django.db import transaction
from django.utils.translation import gettext
from kombu.exceptions import OperationalError

from accounts import audit
from accounts.models.user import User
from accounts.problems import Problem
from datasets import frames
from datasets.models import Version
from datasets.problems import DatasetProblem
from forecasting import results
from forecasting.fresh import move_jobs, moving, runs
from forecasting.models import PredictionTask

logger = logging.getLogger(__name__)
BRING_UP_TO_DATE = "forecasting.bring_up_to_date"


def move(task: PredictionTask, *, moved_by: str = runs.MovedBy.APPEND) -> PredictionTask:
    """Start the next run of a forecast on the newest data, without training.

    Raises Conflict where nothing is new or a run is under way, ForecastProblem where the data can
    be forecast no more.
    """
    with transaction.atomic():
        made = moving.prepare(task, moved_by=moved_by)
        move_jobs.start(made)
    return made


def move_all(version: Version) -> int:
    """Move every forecast that follows the dataset of `version`; answers how many set out.

    One whose last run is still being made comes after it, one that cannot be moved stays.
    """
    waiting = (
        PredictionTask.objects.of_dataset(version.dataset)
        .newest()
        .that_follow()
        .with_answer()
        .exclude(version=version)
        .select_related("version", "dataset", "owner")
    )
    return sum(_try(task, version) for task in waiting)


def set_following(task: PredictionTask, *, on: bool, by: User) -> None:
    """Let new rows move a forecast, or not; switched on, it catches up at once."""
    changed = PredictionTask.objects.filter(pk=task.first_id, follows=not on).update(follows=on)
    if not changed:
        return
    audit.record(by, "forecast.follows" if on else "forecast.stays", task, name=task.name)
    version = task.dataset.current_version
    if on and version is not None and runs.newest(task).version_id != version.pk:
        transaction.on_commit(lambda: send(version.pk))


def has_newer_rows(task: PredictionTask, version: Version) -> bool:
    """Does `version` reach beyond the last time that a run has seen? Repairs alone do not."""
    last = str(task.receipt.get("last") or "")
    try:
        found = frames.last_times(version, task.asked("targets"))
    except DatasetProblem:
        return False
    newest = found.max().max()
    return bool(newest == newest and results.iso(newest.to_datetime64().reshape(1))[0] > last)


def send(version_id: UUID) -> None:
    """Hand it to the queue; without one the next rows bring the same."""
    try:
        current_app.send_task(BRING_UP_TO_DATE, args=[str(version_id)], queue="fast")
    except OperationalError:
        logger.warning("The queue did not take %s of %s.", BRING_UP_TO_DATE, version_id)


def note_rows(sender: type[Version], version: Version, **_signal: Any) -> None:
    """Rows have come."""
    if PredictionTask.objects.of_dataset(version.dataset).that_follow().exists():
        send(version.pk)


def _try(task: PredictionTask, version: Version) -> bool:
    if not has_newer_rows(task, version):
        return False
    try:
        move(task)
    except Problem as problem:
        logger.info("Forecast %s is not moved: %s", task.pk, problem)
        return False
    return True


def nothing_new(task: PredictionTask) -> str:
    """What is said where a run has seen everything."""
    return gettext("Nothing new since run %(run)s.") % {"run": task.run}
