"""The jobs that bring a forecast up to date: one in each pool that its models need."""

from __future__ import annotations

from typing import Final

from celery import shared_task
from django.db import transaction

from forecasting.fresh import moving, runs
from forecasting.in_a_job import in_words_of, task_of
from forecasting.models import PredictionTask
from forecasting.refusals import speaking
from forecasting.transitions import MOVE
from jobs.models import Job
from jobs.running import Progress, enqueue, running

HERE: Final = "here"


def start(task: PredictionTask) -> Job:
    """Write the first job of a run that moves; call it in a transaction."""
    before = runs.before(task)
    listed = list(before.results.all()) if before is not None else []
    light = len(moving.needs_torch(listed)) < len(listed)
    job = _enqueue(task, Job.Pool.FAST if light else Job.Pool.TRAINING)
    PredictionTask.objects.filter(pk=task.pk).update(instant_job=job)
    task.instant_job = job
    return job


@shared_task(name="forecasting.move_forecast")
def move_forecast(job_id: str) -> None:
    """Let every model take in the new rows; hand on those that need torch."""
    with running(job_id) as run:
        task = task_of(run)
        if run is None or task is None:
            return
        with in_words_of(task), speaking():
            rest = moving.answer(task, run, here=run.arguments[HERE])
        run.report(1.0)
        run.flush()
        if rest and task.training_job_id is None:
            _hand_on(task, run)


def _hand_on(task: PredictionTask, run: Progress) -> None:
    with transaction.atomic():
        run.fence()
        run.raise_if_cancelled()
        job = _enqueue(task, Job.Pool.TRAINING)
        PredictionTask.objects.filter(pk=task.pk).update(training_job=job)


def _enqueue(task: PredictionTask, pool: str) -> Job:
    return enqueue(
        move_forecast,
        owner=task.owner,
        kind=MOVE,
        title=task.name,
        link=task.get_absolute_url(),
        arguments={"task": str(task.pk), HERE: pool == Job.Pool.FAST},
        pool=pool,
    )
