"""Jobs move the status of forecasts and of models; nothing else writes those columns."""

from __future__ import annotations

from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy

from forecasting import wording
from forecasting.models import PredictionTask, TrainedModel
from jobs.models import Job
from jobs.registry import name_kind, on_transition, say_progress

INSTANT: Final = "forecast_instant"
TRAINING: Final = "forecast_training"
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
    name_kind(INSTANT, pgettext_lazy("kind of job", "forecast"))
    name_kind(TRAINING, pgettext_lazy("kind of job", "training"))
    say_progress(TRAINING, training_words)


def training_words(job: Job) -> str:
    """`epoch 3 of 20`, or what comes after the last one; "" before the first has ended."""
    if job.detail.get("step") == "test":
        return gettext("being tested")
    return wording.epochs(job.detail)


def follow(job: Job) -> None:
    """Give forecasts and models of `job` the status that goes with its state."""
    for task in PredictionTask.objects.following(job):
        if task.training_job_id is not None and job.pk != task.training_job_id:
            continue
        fields = _fields(task, job)
        if any(getattr(task, name) != value for name, value in fields.items()):
            PredictionTask.objects.filter(pk=task.pk).update(updated_at=timezone.now(), **fields)
    TrainedModel.objects.filter(job=job).exclude(status=_MODEL_STATUS[Job.State(job.state)]).update(
        status=_MODEL_STATUS[Job.State(job.state)], updated_at=timezone.now()
    )


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
    trains = job.kind == TRAINING
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
    if job.kind == TRAINING:
        return INSTANT_PERCENT + int((100 - INSTANT_PERCENT) * job.progress)
    return int((INSTANT_PERCENT if task.races else 100) * job.progress)
