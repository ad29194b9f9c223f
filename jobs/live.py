"""The bell: tells open pages that a job changed. The database stays the truth."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any
from uuid import UUID

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.template.loader import render_to_string
from redis.exceptions import RedisError

from jobs import registry

if TYPE_CHECKING:
    from accounts.models import User
    from jobs.models import Job

logger = logging.getLogger(__name__)
SHAPES = {"row": "jobs/_row.html", "card": "jobs/_card_item.html"}


def group(job_id: UUID | str) -> str:
    """Name of the channel group that hears about this job alone."""
    return f"job.{job_id}"


def ring(job_id: UUID | str, seq: int) -> None:
    """Ring the bell once. A bell that cannot be rung costs nothing: pages poll as well."""
    layer = get_channel_layer()
    if layer is None:
        return
    try:
        async_to_sync(layer.group_send)(group(job_id), {"type": "job.changed", "seq": seq})
    except (RedisError, OSError):
        logger.warning("The bell of job %s did not ring; its page will poll.", job_id)


def fragment(job: Job, user: User, shape: str = "") -> str:
    """HTML of the job as this person sees it now: elements with ids, in their language.

    Lists ask for the same `shape` of every job; otherwise the job's kind decides how it looks.
    """
    if shape in SHAPES:
        return render_to_string(SHAPES[shape], {"job": job, "user": user})
    render = registry.renderer(job.kind)
    if render is not None:
        return render(job, user)
    return render_to_string("jobs/_job.html", {"job": job, "user": user})


def message(job: Job, user: User, shape: str = "") -> dict[str, Any]:
    """What the WebSocket sends: `seq`, `state`, `progress` (0 to 1), `html`."""
    return {
        "seq": job.seq,
        "state": job.state,
        "progress": job.progress,
        "html": fragment(job, user, shape),
    }
