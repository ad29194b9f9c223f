"""Thin shells around the work: open the job, do it, hand on."""

from __future__ import annotations

from celery import shared_task, signals
from django.db import transaction

from forecasting import instant, racing
from forecasting.in_a_job import in_words_of, task_of
from forecasting.models import PredictionTask
from forecasting.refusals import speaking
from forecasting.registry.lending import reuse_model
from forecasting.transitions import INSTANT, TRAINING
from jobs.models import Job
from jobs.running import Progress, enqueue, running

__all__ = ["INSTANT", "TRAINING", "instant_forecast", "reuse_model", "train_forecast"]


@signals.worker_process_init.connect
def warm_up(**_signal: object) -> None:
    """Let each child of the fast pool do the work once, so that the first person need not wait."""
    instant.rehearse()


@shared_task(name="forecasting.instant_forecast")
def instant_forecast(job_id: str) -> None:
    """Commit the instant answer, and only then ask for the race."""
    with running(job_id) as run:
        task = task_of(run)
        if run is None or task is None:
            return
        with in_words_of(task), speaking():
            instant.answer(task, run)
        run.report(1.0)
        run.flush()
        if task.races and task.training_job_id is None:
            _enqueue_race(task, run)


@shared_task(name="forecasting.train_forecast")
def train_forecast(job_id: str) -> None:
    """Race the models of a forecast."""
    with running(job_id) as run:
        task = task_of(run)
        if run is None or task is None:
            return
        with in_words_of(task), speaking():
            racing.run(task, run)


def _enqueue_race(task: PredictionTask, run: Progress) -> None:
    """Hand on to the race, unless somebody cancelled since the answer was shown.

    The row of this job is locked meanwhile, so that `starting.cancel` meets one of the two jobs.
    """
    with transaction.atomic():
        run.fence()
        run.raise_if_cancelled()
        job = enqueue(
            train_forecast,
            owner=task.owner,
            kind=TRAINING,
            title=task.name,
            link=task.get_absolute_url(),
            arguments={"task": str(task.pk)},
            pool=Job.Pool.TRAINING,
        )
        PredictionTask.objects.filter(pk=task.pk).update(training_job=job)
