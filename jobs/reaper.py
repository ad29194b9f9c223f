"""Notice lost workers and lost messages. With the lease in the row, this is the only redelivery."""

from __future__ import annotations

import logging
from typing import Any

from celery import current_app
from django.conf import settings
from django.db.models.functions import Now
from django.utils import translation
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from jobs import checkpoints, failures, moves
from jobs.models import Job
from jobs.sending import send

logger = logging.getLogger(__name__)


def reap() -> int:
    """Send jobs of lost workers once more, then fail them; answer how many were found."""
    lost = list(Job.objects.lost(after=settings.JOB_LOST_SECONDS))
    for job in lost:
        with translation.override(job.language or None):
            _judge(job)
    return len(lost)


def _judge(job: Job) -> None:
    if job.cancel_requested:
        _obey(job)
    elif job.attempt < job.max_attempts:
        _retry(job)
    else:
        _give_up(job)


def _obey(job: Job) -> None:
    """The worker died before it heard that the job is cancelled: nothing is left to stop."""
    if moves.finish(job, to=Job.State.CANCELLED) is not None:
        checkpoints.remove(job.pk)


def _retry(job: Job) -> None:
    moved = moves.move(
        job.pk,
        start=[Job.State.RUNNING],
        to=Job.State.QUEUED,
        by=job.attempt,
        heartbeat_at=None,
        eta=None,
        sent_at=Now(),
        message=_("The worker stopped. Waiting to go on from the last checkpoint."),
    )
    if moved is not None:
        logger.warning("The worker of job %s was lost; it is sent again.", job.pk)
        send(job.pk, task=job.task, pool=job.pool)


def _give_up(job: Job) -> None:
    parts = failures.own("lost", doing=job.message or job.title)
    detail = {**job.detail, failures.KEPT: parts}
    ended = moves.finish(job, to=Job.State.FAILED, error=failures.say(parts), detail=detail)
    if ended is not None:
        logger.error("Job %s failed: its worker was lost twice.", job.pk)
        checkpoints.remove(job.pk)


def resend() -> int:
    """Send waiting jobs again whose queue is empty: their message was lost.

    A waiting job whose worker has put the message aside already is sent twice; the claim makes
    that harmless, and as long as the second message waits there is no third.
    """
    unsent = list(Job.objects.unsent(after=settings.JOB_LOST_SECONDS))
    empty = {pool for pool in {job.pool for job in unsent} if _is_empty(pool)}
    waiting = [job for job in unsent if job.pool in empty]
    for job in waiting:
        Job.objects.filter(pk=job.pk, state=Job.State.QUEUED).update(sent_at=Now())
        send(job.pk, task=job.task, pool=job.pool)
    return len(waiting)


def _is_empty(queue: str) -> bool:
    with current_app.connection_for_read() as connection:
        try:
            channel: Any = connection.default_channel
            return bool(channel.client.llen(queue) == 0)
        except OperationalError:
            return False
