"""What a running job says about itself, and what it hears from people."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings

from accounts.problems import Problem
from jobs import checkpoints, failures, moves, stopping
from jobs.models import Job


class Cancelled(Exception):  # noqa: N818 - it is no error
    """A person asked for the end."""


class Interrupted(Exception):  # noqa: N818 - it is no error
    """The worker is being stopped; the job goes on in another."""


class Superseded(Exception):  # noqa: N818 - it is no error
    """Another attempt owns the job now."""


def too_long() -> Problem:
    """What to say of a job that met the time limit."""
    parts = failures.own("too_long", hours=f"{settings.JOB_HARD_LIMIT / 3600:g}")
    return Problem(failures.say(parts), code="too_long", parts=parts)


class Progress:
    """Handle of one running attempt. Writes at most once a second; the last value is never lost."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self._pending: dict[str, Any] = {}
        self._detail: dict[str, Any] = dict(job.detail)
        self._began = time.monotonic()
        self._written = 0.0
        self._asked = 0.0
        self._cancel = False

    @property
    def job_id(self) -> UUID:
        return self.job.pk

    @property
    def arguments(self) -> dict[str, Any]:
        return dict(self.job.arguments)

    @property
    def attempt(self) -> int:
        return self.job.attempt

    @property
    def link(self) -> str:
        return self.job.link

    @property
    def checkpoint_dir(self) -> Path:
        """Folder kept between attempts and removed at the end."""
        return checkpoints.folder(self.job.pk)

    def report(
        self, fraction: float, message: str = "", eta: float | None = None, **detail: Any
    ) -> None:
        """Say how far the work is (0 to 1), what it does, seconds left; `detail` must be JSON.

        Raises Cancelled or Interrupted when the work should stop, Superseded when another
        attempt owns the job.
        """
        self._detail.update(detail)
        # What an earlier report said and nobody has written yet still waits.
        self._pending |= {"progress": min(1.0, max(0.0, fraction)), "eta": eta}
        if message:
            self._pending["message"] = message[:500]
        if detail:
            self._pending["detail"] = self._detail
        if time.monotonic() - self._written >= settings.JOB_REPORT_SECONDS:
            self.flush()
        self.raise_if_cancelled()

    def flush(self) -> None:
        """Write what waits for the throttle."""
        fields = self.unwritten()
        if fields:
            self._keep(moves.record(self.job.pk, by=self.attempt, **fields))
            self._written = time.monotonic()

    def unwritten(self) -> dict[str, Any]:
        """What waits for the throttle; it is handed over and no longer waits."""
        fields, self._pending = self._pending, {}
        return fields

    def failed(self, parts: failures.Parts) -> dict[str, Any]:
        """What waits for the throttle, and why the job failed where that can be said again."""
        fields = self.unwritten()
        if parts:
            fields["detail"] = {**self._detail, failures.KEPT: parts}
        return fields

    def fence(self) -> None:
        """Inside a transaction: make sure that this attempt still owns the job until it commits.

        Raises Superseded otherwise, so that a late loser leaves nothing behind. A wish to stop
        that came before it is heard: `raise_if_cancelled` after it sees every earlier one.
        """
        held = moves.fence(self.job.pk, self.attempt)
        if held is None:
            raise Superseded
        self._cancel = self._cancel or held.cancel_requested

    def milestone(self, message: str, **data: Any) -> None:
        """Keep one thing that happened, at once; pages list these."""
        self.flush()
        if moves.milestone(self.job, message, data) is None:
            raise Superseded

    def should_stop(self) -> bool:
        """Whether the work should end within this step; asks the database at most once a second."""
        if stopping.requested() or self._is_over_time:
            return True
        if not self._cancel and time.monotonic() - self._asked >= settings.JOB_REPORT_SECONDS:
            self._asked = time.monotonic()
            row = Job.objects.filter(pk=self.job.pk, attempt=self.attempt)
            self._cancel = bool(row.values_list("cancel_requested", flat=True).first())
        return self._cancel

    def raise_if_cancelled(self) -> None:
        """Raise what `report` raises; Problem when the work has taken longer than a job may."""
        if not self.should_stop():
            return
        if self._is_over_time and not self._cancel:
            raise too_long()
        raise Cancelled if self._cancel else Interrupted

    @property
    def _is_over_time(self) -> bool:
        # Celery's own limits do not reach into a pool of threads.
        return time.monotonic() - self._began > settings.CELERY_TASK_SOFT_TIME_LIMIT

    def _keep(self, job: Job | None) -> None:
        if job is None:
            raise Superseded
        self._cancel = self._cancel or job.cancel_requested
        self.job.seq = job.seq
