"""The only writes of a job's state and progress: conditional, fenced by the attempt number."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from jobs import checkpoints, live, registry
from jobs.models import Job, JobEvent, JobQuerySet

State = Job.State
LEGAL: dict[str, frozenset[str]] = {
    State.QUEUED: frozenset({State.RUNNING, State.FAILED, State.CANCELLED}),
    State.RUNNING: frozenset({State.QUEUED, State.SUCCEEDED, State.FAILED, State.CANCELLED}),
    State.SUCCEEDED: frozenset(),
    State.FAILED: frozenset(),
    State.CANCELLED: frozenset(),
}


def move(
    job_id: UUID | str, *, start: Iterable[str], to: str, by: int | None = None, **fields: Any
) -> Job | None:
    """Take the job from one of `start` to `to`; None when somebody else was first.

    With `by` only the worker of that attempt can move it. Hooks run in the same transaction;
    the bell rings after the commit.
    """
    for state in start:
        if to not in LEGAL[state]:
            raise ValueError(f"A job cannot go from {state} to {to}.")
    return _write(job_id, states=tuple(start), by=by, state=to, **fields)


def record(job_id: UUID | str, *, by: int, **fields: Any) -> Job | None:
    """Write progress of a running job; None when this attempt no longer owns it."""
    return _write(job_id, states=(State.RUNNING,), by=by, **fields)


def _write(
    job_id: UUID | str, *, states: tuple[str, ...], by: int | None, **fields: Any
) -> Job | None:
    with transaction.atomic():
        rows = Job.objects.filter(pk=job_id, state__in=states)
        if by is not None:
            rows = rows.filter(attempt=by)
        if rows.update(seq=F("seq") + 1, updated_at=Now(), **fields) != 1:
            return None
        job = Job.objects.get(pk=job_id)
        for hook in registry.hooks(job.kind):
            hook(job)
        transaction.on_commit(partial(live.ring, job.pk, job.seq))
    return job


def claim(job_id: UUID | str) -> Job | None:
    """Make this worker the one that runs the job; None when another has it or it has ended."""
    return move(
        job_id,
        start=[State.QUEUED],
        to=State.RUNNING,
        attempt=F("attempt") + 1,
        heartbeat_at=Now(),
        started_at=Now(),
        message="",
        eta=None,
    )


def finish(job: Job, *, to: str, error: str = "", **fields: Any) -> Job | None:
    """End this attempt's job as succeeded, failed or cancelled."""
    return move(
        job.pk,
        start=[State.RUNNING],
        to=to,
        by=job.attempt,
        # Progress that was never written may bring an estimate of its own.
        **{**fields, "error": error, "eta": None, "finished_at": Now()},
    )


def withdraw(job: Job) -> Job | None:
    """End a job that still waits; None when it runs or has ended."""
    ended = move(
        job.pk,
        start=[State.QUEUED],
        to=State.CANCELLED,
        cancel_requested=True,
        finished_at=Now(),
    )
    if ended is not None:
        checkpoints.remove(job.pk)
    return ended


def cancel(job: Job) -> Job | None:
    """Ask for the end: at once while waiting, within one step while running."""
    return withdraw(job) or _write(job.pk, states=(State.RUNNING,), by=None, cancel_requested=True)


def milestone(job: Job, message: str, data: dict[str, Any]) -> JobEvent | None:
    """Keep one thing that happened; never throttled."""
    with transaction.atomic():
        kept = record(job.pk, by=job.attempt)
        if kept is None:
            return None
        return JobEvent.objects.create(job=kept, seq=kept.seq, message=message[:500], data=data)


def alive(job_id: UUID | str, attempt: int) -> bool:
    """Give the sign of life of one attempt; False when it no longer owns the job."""
    return _held(job_id, attempt).update(heartbeat_at=Now()) == 1


def fence(job_id: UUID | str, attempt: int) -> Job | None:
    """Lock the row until the transaction ends; None when this attempt no longer owns the job."""
    return _held(job_id, attempt).select_for_update().first()


def _held(job_id: UUID | str, attempt: int) -> JobQuerySet:
    return Job.objects.filter(pk=job_id, state=State.RUNNING, attempt=attempt)
