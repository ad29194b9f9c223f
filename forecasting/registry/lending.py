"""Start the job that uses a trained model on other data."""

from __future__ import annotations

from celery import shared_task
from django.db import transaction

from accounts.models.user import User
from forecasting.in_a_job import in_words_of, task_of
from forecasting.models import PredictionTask
from forecasting.refusals import speaking
from forecasting.registry import reusing
from forecasting.registry.reusing import KIND, Reuse
from jobs.running import enqueue, running


def lend(wish: Reuse, *, owner: User) -> PredictionTask:
    """Write the forecast and its job; the queue hears after the commit.

    Raises what `reusing.prepare` raises.
    """
    task = reusing.prepare(wish, owner=owner)
    with transaction.atomic():
        task.save()
        task.instant_job = enqueue(
            reuse_model,
            owner=owner,
            kind=KIND,
            title=task.name,
            link=task.get_absolute_url(),
            arguments={"task": str(task.pk)},
            pool=reusing.pool_for(wish.model),
        )
        task.save(update_fields=["instant_job"])
    return task


@shared_task(name="forecasting.reuse_model")
def reuse_model(job_id: str) -> None:
    """Forecast other data with a trained model."""
    with running(job_id) as run:
        task = task_of(run)
        if run is None or task is None:
            return
        with in_words_of(task), speaking():
            reusing.answer(task, run)
