"""Hand a job's id to the queue of its pool."""

from __future__ import annotations

from uuid import UUID

from celery import current_app


def send(job_id: UUID, *, task: str, pool: str) -> None:
    """Send the id; the claim makes a second message harmless."""
    current_app.send_task(task, args=[str(job_id)], queue=pool)
