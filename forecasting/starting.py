"""Begin, end early, and forget a forecast."""

from __future__ import annotations

from functools import partial

from django.db import transaction
from django.utils.translation import gettext

from accounts.models.user import User
from accounts.problems import Conflict
from datasets import storage
from forecasting import results
from forecasting.asking import Ask
from forecasting.models import PredictionTask, TrainedModel
from forecasting.registry import removing
from forecasting.tasks import INSTANT, instant_forecast
from jobs import moves
from jobs.running import enqueue

SEED = 7


def start(ask: Ask, *, owner: User) -> PredictionTask:
    """Write the forecast and the job of its instant answer; the queue hears after the commit."""
    with transaction.atomic():
        task = PredictionTask.objects.create(
            owner=owner,
            dataset=ask.dataset,
            version=ask.version,
            name=ask.title,
            parameters={
                "targets": [column.key for column in ask.targets],
                "names": [column.name for column in ask.targets],
                "horizon": ask.horizon,
                "quality": str(ask.quality),
                "levels": list(ask.levels),
                "frequency": ask.version.frequency,
                "windows": ask.windows,
                "seed": SEED,
            },
        )
        job = enqueue(
            instant_forecast,
            owner=owner,
            kind=INSTANT,
            title=task.name,
            link=task.get_absolute_url(),
            arguments={"task": str(task.pk)},
        )
        PredictionTask.objects.filter(pk=task.pk).update(instant_job=job)
        task.instant_job = job
    return task


def cancel(task: PredictionTask) -> None:
    """Stop the work; results that were committed stay. Raises Conflict when nothing runs."""
    job = task.job
    if job is None or not task.is_live:
        raise Conflict(gettext("This forecast is not running any more. Reload the page."))
    moves.cancel(job)
    # The instant answer may have handed on to the network since the forecast was read.
    task.refresh_from_db(fields=["training_job"])
    if task.training_job is not None and task.training_job_id != job.pk:
        moves.cancel(task.training_job)


def finish(task: PredictionTask) -> None:
    """End training now and keep the best answer so far.

    Raises Conflict when nothing runs, or before there is an answer.
    """
    if not task.is_live:
        raise Conflict(gettext("This forecast is not running any more. Reload the page."))
    if task.training_job is None:
        raise Conflict(gettext("There is no answer yet. Wait a second, or cancel the forecast."))
    PredictionTask.objects.filter(pk=task.pk).update(finish_requested=True)
    moves.cancel(task.training_job)


def delete(task: PredictionTask) -> None:
    """Remove a forecast with its results, models and files; a running one is stopped first."""
    with transaction.atomic():
        models = removing.going_with(task)
        folders = [path for path in models.values_list("model_path", flat=True) if path]
        chosen = list(models.values_list("pk", flat=True))
        folders.append(results.folder_of(task))
        task.delete()
        TrainedModel.objects.filter(pk__in=chosen).delete()
        transaction.on_commit(partial(_remove, folders))


def _remove(folders: list[str]) -> None:
    for folder in folders:
        storage.delete_tree(folder)
