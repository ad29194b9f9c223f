"""Notice lost workers and lost messages. With the lease in the row, this is the only redelivery."""

from __future__ import annotations

import logging
from datetime import timedelta

from celery import current_app
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from jobs import checkpoints, moves
from jobs.models import Job
from jobs.sending import send

logger = logging.getLogger(__name__)


def reap() -> int:
    """Send jobs of lost workers once more, then fail them; answer how many were found."""
    since = timezone.now() - timedelta(seconds=settings.JOB_LOST_SECONDS)
    lost = list(Job.objects.lost(since=since))
    for job in lost:
        _retry(job) if job.attempt < job.max_attempts else _give_up(job)
    return len(lost)


def _retry(job: Job) -> None:
    moved = moves.move(
        job.pk,
        start=[Job.State.RUNNING],
        to=Job.State.QUEUED,
        by=job.attempt,
        heartbeat_at=None,
        eta=None,
        sent_at=timezone.now(),
        message=_("The worker stopped. Waiting to go on from the last checkpoint."),
    )
    if moved is not None:
        logger.warning("The worker of job %s was lost; it is sent again.", job.pk)
        send(job.pk, task=job.task, pool=job.pool)


def _give_up(job: Job) -> None:
    doing = job.message or job.title
    sentence = _(
        "The worker stopped twice while at: %(doing)s. It may have run out of memory. "
        "Try a smaller task, or give the worker more memory."
    ) % {"doing": doing}
    if moves.finish(job, to=Job.State.FAILED, error=sentence) is not None:
        logger.error("Job %s failed: its worker was lost twice.", job.pk)
        checkpoints.remove(job.pk)


def resend() -> int:
    """Send waiting jobs again whose queue is empty: their message was lost."""
    since = timezone.now() - timedelta(seconds=settings.JOB_LOST_SECONDS)
    waiting = [job for job in Job.objects.unsent(since=since) if _is_empty(job.pool)]
    for job in waiting:
        Job.objects.filter(pk=job.pk, state=Job.State.QUEUED).update(sent_at=timezone.now())
        send(job.pk, task=job.task, pool=job.pool)
    return len(waiting)


def _is_empty(queue: str) -> bool:
    with current_app.connection_for_read() as connection:
        try:
            return connection.default_channel.client.llen(queue) == 0  # type: ignore[no-any-return]
        except OperationalError:
            return False
