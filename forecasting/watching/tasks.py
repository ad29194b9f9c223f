"""Thin shells of the queue around scoring."""

from __future__ import annotations

from typing import Final

from celery import shared_task
from django.utils.translation import gettext

from accounts.problems import Conflict
from datasets.models import Version
from forecasting.models import PredictionTask
from forecasting.refusals import speaking
from forecasting.watching import scoring
from jobs.models import Job
from jobs.running import enqueue, running

KIND: Final = "forecast_score"


@shared_task(name="forecasting.score_forecasts")
def score_forecasts(version_id: str) -> None:
    """Join earlier forecasts with the values of a new version."""
    version = Version.objects.select_related("dataset").filter(pk=version_id).first()
    # A still newer version brings a look of its own, which knows all that this one knows.
    if version is not None and version.dataset.current_version == version:
        scoring.score_all(version)


@shared_task(name="forecasting.score_forecast")
def score_forecast(job_id: str) -> None:
    """Compare one forecast again, however often it was."""
    with running(job_id) as run:
        if run is None:
            return
        rows = PredictionTask.objects.select_related("version", "dataset", "owner")
        task = rows.filter(pk=run.arguments["task"]).first()
        if task is None or task.dataset.current_version is None:
            return
        with speaking():
            scoring.score(task, task.dataset.current_version)


def start_scoring(task: PredictionTask) -> Job:
    """Compare one forecast again. Raises Conflict while nothing has come."""
    current = task.dataset.current_version
    if current is None or current.pk == task.version_id:
        raise Conflict(nothing_yet(), code="nothing_yet")
    return enqueue(
        score_forecast,
        owner=task.owner,
        kind=KIND,
        title=task.name,
        link=task.get_absolute_url(),
        arguments={"task": str(task.pk)},
    )


def nothing_yet() -> str:
    """Why there is nothing to compare."""
    return gettext("No value has come since this forecast was made. Add rows to its dataset first.")
