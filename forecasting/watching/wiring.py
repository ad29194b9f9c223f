"""What watching hears: data that arrived."""

from __future__ import annotations

import logging
from typing import Any

from celery import current_app
from django.db.models.signals import post_save
from kombu.exceptions import OperationalError

from datasets.models import Version
from datasets.signals import version_ready
from forecasting.models import ModelPromotion, PredictionTask
from forecasting.watching import challenging, tasks, telling, watch_jobs

logger = logging.getLogger(__name__)
# The tasks are found by their names; importing them tells the worker of them.
TASKS = (
    tasks.score_forecasts,
    tasks.score_forecast,
    watch_jobs.watch_model,
    challenging.train_challenger,
)


def connect() -> None:
    """Register jobs and news, and listen."""
    watch_jobs.connect()
    telling.connect()
    post_save.connect(
        watch_jobs.note_move, sender=ModelPromotion, dispatch_uid="forecasting.watching_moves"
    )
    version_ready.connect(note_rows, dispatch_uid="forecasting.watching")


def note_rows(sender: type[Version], version: Version, **_signal: Any) -> None:
    """Rows have come: earlier forecasts of them can be scored, and models watched."""
    earlier = PredictionTask.objects.of_dataset(version.dataset).exclude(version=version)
    if earlier.exists():
        send("forecasting.score_forecasts", str(version.pk))
    watch_jobs.look_at_all(version.dataset)


def send(task: str, key: str) -> None:
    """Hand it to the queue; without one the next rows bring the same."""
    try:
        current_app.send_task(task, args=[key], queue="fast")
    except OperationalError:
        logger.warning("The queue did not take %s of %s.", task, key)
