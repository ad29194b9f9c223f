"""What makes alerts look: forecasts whose work ended, data that arrived, and the minute hand."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from functools import partial
from typing import Any

from celery import current_app
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from kombu.exceptions import OperationalError

from accounts.models.user import User
from datasets.models import Version
from datasets.search import Hit, register_search
from datasets.signals import version_ready
from forecasting.alerts import tasks, telling, words
from forecasting.models import AlertRule, PredictionTask
from jobs.models import Job
from jobs.registry import ANY, on_transition

logger = logging.getLogger(__name__)
# The tasks are found by their names; importing them tells the worker of them.
TASKS = (tasks.judge_answer, tasks.judge_rows, tasks.look_for_silence)
MOST_HITS = 50


def connect() -> None:
    """Register the kind of notification, and listen."""
    telling.connect()
    on_transition(ANY, note_end)
    version_ready.connect(note_rows, dispatch_uid="forecasting.alerts")
    register_search("alerts", _("Alerts"), alert_hits)


def note_end(job: Job) -> None:
    """Judge a forecast once its work is over; while a race runs the answer may still change."""
    if job.is_live:
        return
    done = PredictionTask.Status.COMPLETED
    for pk in PredictionTask.objects.following(job).in_state(done).values_list("pk", flat=True):
        if AlertRule.objects.switched_on().about_task(pk).exists():
            transaction.on_commit(partial(send, "forecasting.judge_answer", str(pk)))


def note_rows(sender: type[Version], version: Version, **_signal: Any) -> None:
    """Rows have come: who waited for them may be quiet again."""
    rules = AlertRule.objects.switched_on().of_kind(AlertRule.Kind.MISSING)
    if rules.filter(dataset_id=version.dataset_id).exists():
        send("forecasting.judge_rows", str(version.dataset_id))


def send(task: str, key: str) -> None:
    """Hand it to the queue; without one the next look of the minute or answer sees the same."""
    try:
        current_app.send_task(task, args=[key], queue="fast")
    except OperationalError:
        logger.warning("The queue did not take %s of %s.", task, key)


def alert_hits(user: User, text: str) -> Iterator[Hit]:
    """Rules whose words hold the text."""
    found = AlertRule.objects.visible_to(user).with_things().search(text)
    for rule in found.order_by("-created_at")[:MOST_HITS]:
        yield Hit(words.title(rule), rule.get_absolute_url(), rule.dataset.name, "bell")
