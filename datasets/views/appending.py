"""More rows for a dataset: a file, the question about repeated times, the job."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.ownership import fetch_visible
from accounts.problems import Conflict, Problem
from accounts.requests import AuthenticatedHttpRequest
from datasets.models import Dataset, Version
from datasets.receiving.uploads import read_limits
from datasets.versioning import appending, version_jobs
from datasets.versioning.appending import ASK, SAME, Arrived
from datasets.versioning.joining import BOTH, NEW, OLD
from datasets.views.detail import dataset_frame
from datasets.views.fetching import fetch_own, require_version
from jobs.models import Job

CHOICES = {
    ASK: (_("Ask me"), _("Say how many there are first")),
    OLD: (_("Keep the old row"), _("Add only rows at new times")),
    NEW: (_("Take the new row"), _("New values replace what was there")),
    BOTH: (_("Keep both"), _("Two rows at one time; a repair can merge them")),
}


@require_http_methods(["GET", "HEAD", "POST"])
def append(request: AuthenticatedHttpRequest, pk: str) -> HttpResponseBase:
    """`/data/<pk>/append/`: send a file of new rows."""
    dataset = fetch_own(request, pk)
    version = require_version(dataset)
    problem: Problem | None = None
    if request.method == "POST":
        try:
            job = _start(request, dataset)
        except Problem as refused:
            problem = refused
        else:
            return redirect("datasets:append_job", pk=dataset.pk, job_id=job.pk)
    context = {
        **dataset_frame(request, dataset, tab="data"),
        "problem": problem,
        "choices": [(name, *words) for name, words in CHOICES.items()],
        "needed": version.columns.all(),
        "limits": read_limits(),
        "has_time": bool(version.time_column),
    }
    status = problem.status if problem else 200
    return render(request, "datasets/append.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def append_job(request: AuthenticatedHttpRequest, pk: str, job_id: UUID) -> HttpResponseBase:
    """`/data/<pk>/append/<job>/`: how it goes; the answer about repeated times is sent here."""
    dataset = fetch_own(request, pk)
    job = fetch_visible(Job.objects, request.user, pk=job_id)
    _require_ours(job, dataset)
    arrived = Arrived.from_dict(job.arguments)
    asks = job.state == Job.State.FAILED and appending.is_waiting(arrived)
    if request.method == "POST":
        same = request.POST.get("same", "")
        if same == "none":
            appending.give_up(arrived)
            return redirect("datasets:data", pk=dataset.pk)
        if not asks or same not in {OLD, NEW, BOTH}:
            raise Conflict(gettext("This was answered already. Send the file again."), code="gone")
        started = version_jobs.start_appending(dataset, request.user, arrived, same)
        return redirect("datasets:append_job", pk=dataset.pk, job_id=started.pk)
    context = {
        **dataset_frame(request, dataset, tab="data"),
        "job": job,
        "asks": asks,
        "arrived": arrived,
        "is_added": _is_added(dataset, job),
        "choices": [(name, *CHOICES[name]) for name in (OLD, NEW, BOTH)],
    }
    return render(request, "datasets/append_job.html", context)


def _start(request: AuthenticatedHttpRequest, dataset: Dataset) -> Job:
    sent, same = request.FILES.get("file"), request.POST.get("same", ASK)
    if sent is None:
        raise Problem(gettext("Choose a file with the new rows."), code="no_file", field="file")
    require_same(same)
    arrived = appending.keep(dataset, name=sent.name or "", content=sent, size=sent.size)
    return version_jobs.start_appending(dataset, request.user, arrived, same)


def require_same(same: str) -> str:
    """What becomes of repeated times; Problem for anything else."""
    if same not in SAME:
        raise Problem(
            gettext("%(same)s says not what to do with repeated times. Use one of: %(names)s.")
            % {"same": same[:40], "names": ", ".join(SAME)},
            field="same",
        )
    return same


def _is_added(dataset: Dataset, job: Job) -> bool:
    """Did it make its version? It may have done so and still fail at the recipe for new data."""
    return job.started_at is not None and any(
        version.origin == Version.Origin.APPEND and version.created_at >= job.started_at
        for version in dataset.versions.all()
    )


def _require_ours(job: Job, dataset: Dataset) -> None:
    if job.kind != version_jobs.APPEND or job.arguments.get("dataset") != str(dataset.pk):
        raise Conflict(gettext("This job adds no rows to this dataset."), code="other_job")
