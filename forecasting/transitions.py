"""Jobs move the status of forecasts and of models; nothing else writes those columns."""

from __future__ import annotations

from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy

from forecasting import standing, wording
from forecasting.models import PredictionTask, TrainedModel
from forecasting.models.trained_model import name_label
from jobs.models import Job
from jobs.registry import name_kind, on_transition, say_progress

INSTANT: Final = "forecast_instant"
TRAINING: Final = "forecast_training"
MOVE: Final = "forecast_move"
# How much of the whole the instant answer is, when a network trains after it.
INSTANT_PERCENT: Final = 10
Status = PredictionTask.Status

_MODEL_STATUS: Final = {
    Job.State.QUEUED: TrainedModel.Status.TRAINING,
    Job.State.RUNNING: TrainedModel.Status.TRAINING,
    Job.State.SUCCEEDED: TrainedModel.Status.READY,
    Job.State.FAILED: TrainedModel.Status.ERROR,
    Job.State.CANCELLED: TrainedModel.Status.ERROR,
}


def connect() -> None:
    """Register the hook of both kinds of jobs, and what people call them."""
    on_transition(INSTANT, follow)
    on_transition(TRAINING, follow)
    on_transition(MOVE, follow)
    name_kind(MOVE, pgettext_lazy("kind of job", "forecast moved"))
    name_kind(INSTANT, pgettext_lazy("kind of job", "forecast"))
    name_kind(TRAINING, pgettext_lazy("kind of job", "training"))
    say_progress(TRAINING, training_words)
    say_progress(INSTANT, instant_words)


def instant_words(job: Job) -> str:
    """`Linear on 100,000 series`, while there are so many that it takes its time."""
    told = job.detail.get("instant")
    if not told:
        return ""
    model = name_label(told["model"], told["model"])
    return gettext("%(model)s on %(series)s series") % {
        "model": model,
        "series": f"{told['series']:,}",
    }


def training_words(job: Job) -> str:
    """`LSTM, epoch 3 of 20`, or the stage after the last model; "" before the first has begun."""
    race = job.detail.get("race") or {}
    if race.get("stage") == standing.CALIBRATE:
        return gettext("calibrating intervals")
    if race.get("stage") == standing.COMBINE:
        return gettext("combining models")
    running = [one for one in race.get("models", ()) if one["state"] == standing.RUNNING]
    if not running:
        return ""
    words = {"model": name_label(running[0]["name"], running[0]["kind"])}
    words["epochs"] = wording.epochs(running[0]) if running[0].get("epoch") else ""
    return gettext("%(model)s, %(epochs)s") % words if words["epochs"] else words["model"]


def follow(job: Job) -> None:
    """Give forecasts and models of `job` the status that goes with its state."""
    for task in PredictionTask.objects.following(job):
        if task.training_job_id is not None and job.pk != task.training_job_id:
            continue
        fields = _fields(task, job)
        if any(getattr(task, name) != value for name, value in fields.items()):
            PredictionTask.objects.filter(pk=task.pk).update(updated_at=timezone.now(), **fields)
    _follow_models(job)


def _follow_models(job: Job) -> None:
    """A model with its files is ready, however its job goes on; the others follow the job."""
    rows = TrainedModel.objects.filter(job=job)
    ready = TrainedModel.Status.READY
    states = (
        (rows.exclude(model_path=""), ready),
        (rows.filter(model_path=""), _MODEL_STATUS[Job.State(job.state)]),
    )
    for found, status in states:
        found.exclude(status=status).update(status=status, updated_at=timezone.now())


def _fields(task: PredictionTask, job: Job) -> dict[str, Any]:
    status = status_of(task, job)
    ended = status not in PredictionTask.LIVE
    return {
        "status": status,
        "progress": 100 if status == Status.COMPLETED else _percent(task, job),
        "error_message": job.error if job.state == Job.State.FAILED else "",
        "completed_at": (task.completed_at or job.finished_at) if ended else None,
    }


def status_of(task: PredictionTask, job: Job) -> str:
    """The state of a forecast, from the state of the job that works on it.

    Training that fails, or is ended early with "finish now", leaves the instant answer standing:
    the forecast is complete, and `error_message` says what did not come.
    """
    trains = job.kind == TRAINING or job.pk == task.training_job_id
    if job.state == Job.State.QUEUED:
        return Status.RUNNING if trains else Status.PENDING
    if job.state == Job.State.FAILED:
        return Status.COMPLETED if trains else Status.FAILED
    if job.state == Job.State.CANCELLED:
        return Status.COMPLETED if trains and task.finish_requested else Status.CANCELLED
    if job.state == Job.State.RUNNING:
        return Status.RUNNING
    return Status.COMPLETED


def _percent(task: PredictionTask, job: Job) -> int:
    if job.kind == TRAINING or job.pk == task.training_job_id:
        return INSTANT_PERCENT + int((100 - INSTANT_PERCENT) * job.progress)
    return int((INSTANT_PERCENT if task.races else 100) * job.progress)
