"""Hand a job's id to the queue of its pool."""

from __future__ import annotations

import logging
from uuid import UUID

from celery import current_app
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def send(job_id: UUID, *, task: str, pool: str) -> None:
    """Send the id; the claim makes a second message harmless.

    With the queue out of reach the row is the outbox: the watch sends waiting jobs again.
    """
    try:
        current_app.send_task(task, args=[str(job_id)], queue=pool)
    except OperationalError:
        logger.warning("The queue did not take job %s; it is sent again soon.", job_id)
