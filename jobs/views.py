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
from jobs import live, moves
from jobs.models import Job
from jobs.today import today


@require_safe
def job_list(request: AuthenticatedHttpRequest) -> HttpResponse:
    """`/jobs/`: what waits and runs, then what ended, newest first."""
    text = request.GET.get("q", "").strip()
    state = request.GET.get("state", "")
    mine = Job.objects.visible_to(request.user)
    found = mine.in_state(state).search(text)
    page = keyset_page(found.ended(), request, size=20)
    first = not page.previous
    context = {
        "waiting": list(found.live().running_first()) if first else [],
        "page": page,
        "text": text,
        "state": state,
        "counts": mine.count_by_state(),
        "today": today(mine),
        "section": "jobs",
    }
    only_table = request.htmx.target == "job-table"
    return render(request, "jobs/_table.html" if only_table else "jobs/list.html", context)


@require_safe
def fragment(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    """The job as it is now: the same HTML that the WebSocket sends."""
    job = fetch_visible(Job.objects, request.user, pk=pk)
    answer = HttpResponse(live.fragment(job, request.user))
    answer["X-Job-Seq"] = str(job.seq)
    answer["X-Job-State"] = job.state
    return answer


@require_safe
def running_card(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Home's card of what runs now; empty text when nothing does."""
    jobs = list(Job.objects.visible_to(request.user).live().running_first()[:5])
    return render(request, "jobs/_running_card.html", {"jobs": jobs})


@require_POST
def cancel(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    """End a waiting job at once, a running one within its next step."""
    job = fetch_editable(Job.objects, request.user, pk=pk)
    if moves.cancel(job) is None:
        raise Conflict(gettext("This job has already ended. Reload the page to see how."))
    job.refresh_from_db()
    if request.htmx:
        return HttpResponse(live.fragment(job, request.user))
    return redirect(job.link or "jobs:list")
