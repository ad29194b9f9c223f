"""What watching hears: data that arrived."""

from __future__ import annotations

import logging
from typing import Any

from celery import current_app
from kombu.exceptions import OperationalError

from datasets.models import Version
from datasets.signals import version_ready
from forecasting.models import PredictionTask
from forecasting.watching import tasks

logger = logging.getLogger(__name__)
# The tasks are found by their names; importing them tells the worker of them.
TASKS = (tasks.score_forecasts,)


def connect() -> None:
    """Listen."""
    version_ready.connect(note_rows, dispatch_uid="forecasting.watching")


def note_rows(sender: type[Version], version: Version, **_signal: Any) -> None:
    """Rows have come: earlier forecasts of them can be scored."""
    earlier = PredictionTask.objects.of_dataset(version.dataset).exclude(version=version)
    if earlier.exists():
        send("forecasting.score_forecasts", str(version.pk))


def send(task: str, key: str) -> None:
    """Hand it to the queue; without one the next rows bring the same."""
    try:
        current_app.send_task(task, args=[key], queue="fast")
    except OperationalError:
        logger.warning("The queue did not take %s of %s.", task, key)
