"""Hand a delivery to the queue; the row waits for the next look when the queue is away."""

from __future__ import annotations

import logging
from uuid import UUID

from celery import current_app
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)
# A message that waited longer is dropped: the next look at the rows has sent a newer one.
FRESH_SECONDS = 60


def send_soon(delivery_id: UUID) -> None:
    """Send the id; claiming the row makes a second message harmless."""
    _send("accounts.deliver", delivery_id)


def send_digest_soon(person_id: UUID) -> None:
    """The same for what waited during a person's quiet hours."""
    _send("accounts.deliver_digest", person_id)


def _send(task: str, key: UUID) -> None:
    try:
        current_app.send_task(task, args=[str(key)], queue="fast", expires=FRESH_SECONDS)
    except OperationalError:
        logger.warning("The queue did not take %s %s; the next look sends it again.", task, key)
