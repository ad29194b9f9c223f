"""Pages and fragments of jobs."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from accounts.ownership import fetch_editable, fetch_visible
from accounts.paging import keyset_page
from accounts.problems import Conflict
from accounts.requests import AuthenticatedHttpRequest
from jobs import live, moves, registry, watching
from jobs.models import Job, JobQuerySet
from jobs.pools import pools
from jobs.today import today


@require_safe
def job_list(request: AuthenticatedHttpRequest) -> HttpResponse:
    """`/jobs/`: what runs and waits, then what ended, newest first."""
    text = request.GET.get("q", "").strip()
    state = request.GET.get("state", "")
    mine = Job.objects.visible_to(request.user)
    found = mine.in_state(state).search(text)
    page = keyset_page(found.ended(), request, size=20)
    is_first = page.previous is None
    said = registry.outcomes(page.rows)
    for job in page.rows:
        job.outcome = said.get(job.pk, "")
    context = {
        "groups": _groups(found) if is_first else [],
        "is_first": is_first,
        "page": page,
        "text": text,
        "state": state,
    }
    if request.htmx.target == "job-table":
        return render(request, "jobs/_table.html", context)
    counts = mine.count_by_state()
    context |= {
        "counts": counts,
        "tabs": _tabs(counts),
        "today": today(mine),
        "pools": pools(mine),
        "section": "jobs",
    }
    return render(request, "jobs/list.html", context)


def _groups(found: JobQuerySet) -> list[tuple[str, list[Job]]]:
    live_jobs = list(found.live().running_first())
    running = [job for job in live_jobs if job.state == Job.State.RUNNING]
    waiting = [job for job in live_jobs if job.state == Job.State.QUEUED]
    named = [(gettext("Running"), running), (gettext("Waiting"), waiting)]
    return [(name, jobs) for name, jobs in named if jobs]


def _tabs(counts: dict[str, int]) -> list[tuple[str, str, int]]:
    """(state, word, how many) of each way to narrow the list."""
    words = {
        "": gettext("All"),
        "running": gettext("Running"),
        "queued": gettext("Waiting"),
        "failed": gettext("Failed"),
        "succeeded": gettext("Done"),
    }
    return [(state, word, counts[state or "all"]) for state, word in words.items()]


@require_safe
def fragment(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    """The job as it is now: the same HTML that the WebSocket sends."""
    job = fetch_visible(Job.objects, request.user, pk=pk)
    watching.note(job.pk, request.user)
    answer = HttpResponse(live.fragment(job, request.user, request.GET.get("as", "")))
    answer["X-Job-Seq"] = str(job.seq)
    answer["X-Job-State"] = job.state
    return answer


@require_safe
def running_card(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Home's card of what runs now: the first five, and how many there are."""
    jobs = list(Job.objects.visible_to(request.user).live().running_first())
    context = {"jobs": jobs[:5], "count": len(jobs)}
    return render(request, "jobs/_running_card.html", context)


@require_POST
def cancel(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    """End a waiting job at once, a running one within its next step."""
    job = fetch_editable(Job.objects, request.user, pk=pk)
    if moves.cancel(job) is None:
        raise Conflict(gettext("This job has already ended. Reload the page to see how."))
    job.refresh_from_db()
    if request.htmx:
        return HttpResponse(live.fragment(job, request.user, request.GET.get("as", "")))
    return redirect(job.link or "jobs:list")
