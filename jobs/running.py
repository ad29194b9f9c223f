"""Start a long task, and run it: `enqueue` makes the row, `running` brackets the work."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any
from uuid import UUID

from celery import Task
from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone, translation

from accounts import tracing
from accounts.models import User
from accounts.problems import Problem
from jobs import checkpoints, failures, moves
from jobs.heartbeat import beating
from jobs.models import Job
from jobs.progress import Cancelled, Interrupted, Progress, Superseded, too_long
from jobs.sending import send

__all__ = ["Cancelled", "Interrupted", "Progress", "Superseded", "enqueue", "running"]

logger = logging.getLogger(__name__)


def enqueue(  # noqa: PLR0913 - the row is described by name
    task: Task[Any, Any],
    *,
    owner: User,
    kind: str,
    title: str,
    link: str = "",
    arguments: Mapping[str, Any] | None = None,
    pool: str = Job.Pool.FAST,
) -> Job:
    """Write the job's row and, once it is committed, send its id to the pool's queue.

    `arguments` must be JSON; the queue itself carries the id only.
    """
    job = Job.objects.create(
        owner=owner,
        kind=kind,
        title=title[:250],
        link=link,
        arguments=dict(arguments or {}),
        pool=pool,
        task=task.name,
        language=translation.get_language() or "",
        sent_at=timezone.now(),
    )
    transaction.on_commit(partial(send, job.pk, task=task.name, pool=pool))
    return job


@contextmanager
def running(job_id: UUID | str) -> Iterator[Progress | None]:
    """Claim the job and run the block; None when another worker has it or it has ended.

    1. The claim is one conditional UPDATE that counts the attempt.
    2. A heartbeat thread keeps the lease while the block runs.
    3. The way the block ends decides the end state; a late loser changes nothing.

    The block speaks the language of the person who asked. When its worker is asked to stop
    (SIGTERM), the next report raises Interrupted: the job waits again, with its checkpoint and
    without a lost attempt, and another worker takes it at once. A worker that has no time for
    that is noticed by the watch instead (`jobs.reaper`).
    """
    job = moves.claim(job_id)
    if job is None:
        yield None
        return
    token = tracing.job_id.set(str(job.pk))
    progress = Progress(job)
    try:
        with translation.override(job.language or None), beating(job), _judged(progress):
            yield progress
    finally:
        tracing.job_id.reset(token)


@contextmanager
def _judged(progress: Progress) -> Iterator[None]:
    job = progress.job
    try:
        yield
        progress.flush()
    except Superseded:
        logger.warning("Job %s went on elsewhere; attempt %s ends.", job.pk, job.attempt)
    except Interrupted:
        _give_back(job)
    except Cancelled:
        _end(job, Job.State.CANCELLED, **progress.unwritten())
    except SoftTimeLimitExceeded:
        _fail(progress, too_long())
    except Problem as problem:
        _fail(progress, problem)
    except BaseException:
        parts = failures.own("unexpected")
        _fail(progress, Problem(failures.say(parts), parts=parts))
        logger.exception("Job %s (%s) failed.", job.pk, job.kind)
        raise
    else:
        _end(job, Job.State.SUCCEEDED, progress=1.0)


def _end(job: Job, state: str, error: str = "", **fields: Any) -> None:
    if moves.finish(job, to=state, error=error, **fields) is not None:
        checkpoints.remove(job.pk)


def _fail(progress: Progress, problem: Problem) -> None:
    fields = progress.failed(problem.parts)
    _end(progress.job, Job.State.FAILED, str(problem.message), **fields)


def _give_back(job: Job) -> None:
    """The worker is being stopped: the job waits again and this attempt does not count."""
    moved = moves.move(
        job.pk,
        start=[Job.State.RUNNING],
        to=Job.State.QUEUED,
        by=job.attempt,
        attempt=job.attempt - 1,
        heartbeat_at=None,
        sent_at=Now(),
    )
    if moved is None:
        return
    if moved.cancel_requested:
        moves.cancel(moved)
        checkpoints.remove(job.pk)
    else:
        send(job.pk, task=job.task, pool=job.pool)
