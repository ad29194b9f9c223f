"""What fresh forecasts hear: data that arrived, runs that ended, forecasts that go."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete
from django.utils.translation import gettext_lazy as _

from datasets.signals import version_ready
from forecasting import live
from forecasting.alerts import sections
from forecasting.fresh import beat, following, runs, shown, tasks, telling
from forecasting.models import PredictionTask, Schedule
from forecasting.transitions import INSTANT, MOVE, TRAINING
from jobs.models import Job
from jobs.registry import on_transition, register_fragment

# They are found by their names; importing them tells the worker of them.
TASKS = tasks


def connect() -> None:
    """Listen."""
    telling.connect()
    version_ready.connect(following.note_rows, dispatch_uid="forecasting.fresh")
    post_delete.connect(_forget, sender=Schedule, dispatch_uid="forecasting.fresh_schedule")
    register_fragment(MOVE, live.fragment)
    sections.register_section(
        sections.Section(
            "schedules",
            _("Schedules"),
            "forecasting:schedules",
            "forecasting:schedule_card",
            lambda user: Schedule.objects.visible_to(user).count(),
            shown.lead,
        )
    )
    for kind in (INSTANT, TRAINING, MOVE):
        on_transition(kind, _note_end)


def _note_end(job: Job) -> None:
    """A run has its answer: alert rules go on with it, and rows that came meanwhile move it."""
    if job.state not in (Job.State.SUCCEEDED, Job.State.CANCELLED):
        return
    for task in PredictionTask.objects.following(job).with_answer().select_related("dataset"):
        if task.run > 1:
            runs.arrived(task)
            transaction.on_commit(partial(runs.thin, task))
        version = task.dataset.current_version
        behind = version is not None and version.pk != task.version_id
        if behind and not task.is_live and version is not None:
            transaction.on_commit(partial(following.send, version.pk))


def _forget(sender: type[Schedule], instance: Schedule, **_signal: Any) -> None:
    beat.remove(instance)
