"""Begin, end early, and forget a forecast."""

from __future__ import annotations

from functools import partial

from django.db import transaction
from django.utils.translation import gettext

from accounts.models.user import User
from accounts.problems import Conflict, Problem
from datasets import storage
from forecasting import results, standing
from forecasting.asking import Ask
from forecasting.models import ForecastDraft, PredictionTask, TrainedModel
from forecasting.models.trained_model import name_label
from forecasting.registry import removing
from forecasting.tasks import INSTANT, instant_forecast
from jobs import moves
from jobs.models import Job
from jobs.running import enqueue


def start(ask: Ask, *, owner: User, draft: ForecastDraft | None = None) -> PredictionTask:
    """Write the forecast and the job of its instant answer; the queue hears after the commit.

    The `draft` it was filled in from goes, if it is theirs.
    """
    with transaction.atomic():
        if draft is not None and draft.owner_id == owner.pk:
            draft.delete()
        task = PredictionTask.objects.create(
            owner=owner,
            dataset=ask.dataset,
            version=ask.version,
            name=ask.title,
            parameters=ask.parameters(),
        )
        # New rows move the newest forecast of the same thing; an earlier one stays as it was.
        PredictionTask.objects.alike(task).update(follows=False)
        task.instant_job = enqueue_instant(task)
    return task


def enqueue_instant(task: PredictionTask) -> Job:
    """Write the job of the instant answer, after which the models of the forecast race."""
    job = enqueue(
        instant_forecast,
        owner=task.owner,
        kind=INSTANT,
        title=task.name,
        link=task.get_absolute_url(),
        arguments={"task": str(task.pk)},
    )
    PredictionTask.objects.filter(pk=task.pk).update(instant_job=job)
    return job


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
    """End the race now and keep the best answer so far, which still learns from all rows if that
    takes no more than a moment.

    Raises Conflict when nothing runs, or before there is an answer.
    """
    if not task.is_live:
        raise Conflict(gettext("This forecast is not running any more. Reload the page."))
    if task.training_job is None:
        raise Conflict(gettext("There is no answer yet. Wait a second, or cancel the forecast."))
    PredictionTask.objects.filter(pk=task.pk).update(finish_requested=True)
    # A race that runs hears of it by itself, within a second.
    moves.withdraw(task.training_job)


def stop_model(task: PredictionTask, name: str) -> None:
    """Let the race go on without one model.

    Raises Conflict when no race runs or the model has ended, Problem when there is no such model.
    """
    if not task.is_live:
        raise Conflict(gettext("No models are racing here any more. Reload the page."))
    if not standing.runners_of(task):
        raise Conflict(gettext("No models are racing here yet. Wait until the race has begun."))
    runners = {one["name"]: one for one in standing.runners_of(task)}
    if name not in runners:
        names = ", ".join(one for one, row in runners.items() if row["state"] not in standing.ENDED)
        raise Problem(
            gettext("No model %(name)s is racing here. Use one of: %(names)s.")
            % {"name": name[:60], "names": names or "–"},
            code="unknown_model",
            field="model",
        )
    if runners[name]["state"] in standing.ENDED:
        raise Conflict(
            gettext("%(model)s has already ended.")
            % {"model": name_label(name, runners[name]["kind"])}
        )
    with transaction.atomic():
        row = PredictionTask.objects.select_for_update().get(pk=task.pk)
        row.stopped_models = [*row.stopped_models, name]
        row.save(update_fields=["stopped_models"])


def delete(task: PredictionTask) -> None:
    """Remove a forecast, which is all its runs; one that works is stopped first."""
    with transaction.atomic():
        for run in PredictionTask.objects.runs_of(task).with_jobs():
            delete_run(run)


def delete_run(task: PredictionTask) -> None:
    """Remove one run with its results and files, and the models that no other run answers with."""
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
