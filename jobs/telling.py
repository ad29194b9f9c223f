"""People hear of jobs that ended while they looked elsewhere."""

from __future__ import annotations

from functools import partial
from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Notification
from accounts.notify import Kind, News, notify, register_kind
from jobs import registry, watching
from jobs.models import Job

DONE: Final = "job.done"
FAILED: Final = "job.failed"
# What ends sooner was waited for.
LONG_SECONDS: Final = 20


def connect() -> None:
    """Register both kinds, and listen to the ends of all jobs."""
    register_kind(Kind(DONE, _("A forecast or another job is done")))
    register_kind(Kind(FAILED, _("A job fails"), email=True))
    registry.on_transition(registry.ANY, tell)


def tell(job: Job) -> None:
    """Tell the owner of a job that failed, or that took long, unless they look at it."""
    is_failure = job.state == Job.State.FAILED
    if not is_failure and job.state != Job.State.SUCCEEDED:
        return
    if not is_failure and _seconds(job) <= LONG_SECONDS:
        return
    if watching.is_watched(job.pk, job.owner):
        return
    if is_failure:
        notify(job.owner, _failure(job))
    elif (news := _success(job)) is not None:
        notify(job.owner, news)


def _failure(job: Job) -> News:
    return News(
        FAILED,
        partial(_failed_words, job),
        body=partial(_why, job),
        link=job.link,
        level=Notification.Level.BAD,
        key=f"{job.kind}:{job.title}:{job.error}"[:200],
        data={"job": str(job.pk)},
    )


def _success(job: Job) -> News | None:
    teller = registry.teller(job.kind)
    ending = teller(job) if teller else ("", "", job.link)
    if ending is None:
        return None
    return News(
        DONE,
        # Made again by `notify`, which knows the person's language.
        partial(_part, job, 0) if teller else partial(_done_words, job),
        body=partial(_part, job, 1) if teller else "",
        link=ending[2],
        level=Notification.Level.GOOD,
        data={"job": str(job.pk)},
    )


def _part(job: Job, place: int) -> str:
    teller = registry.teller(job.kind)
    ending = teller(job) if teller else None
    return ending[place] if ending else ""


def _failed_words(job: Job) -> str:
    return gettext("%(title)s: the %(kind)s failed") % _words(job)


def _why(job: Job) -> str:
    return job.failure


def _done_words(job: Job) -> str:
    return gettext("%(title)s: the %(kind)s is done") % _words(job)


def _words(job: Job) -> dict[str, str]:
    return {"title": job.title, "kind": job.kind_label}


def _seconds(job: Job) -> float:
    return (job.finished_at - job.created_at).total_seconds() if job.finished_at else 0.0
