"""What is kept of queries: saved under a name, found in the history, exported, made a dataset."""

from __future__ import annotations

from typing import Any, Final

from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from accounts import audit
from accounts.models.user import User
from accounts.ownership import fetch_editable, fetch_visible, require_creator
from accounts.problems import Problem
from accounts.requests import AuthenticatedHttpRequest
from accounts.throttling import require_rate
from datasets import storage
from datasets.models import Query
from datasets.query import jobs as query_jobs
from datasets.query.files import Kind, require_kind, write_file, write_kept
from datasets.query.kept import Kept, kept, local_file
from datasets.query.saving import forget, save, search
from jobs.models import Job

_LISTED: Final = 60


@require_POST
def save_query(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Keep what is in the editor under a name."""
    require_creator(request.user)
    key = request.POST.get("query", "")
    row = fetch_editable(Query.objects, request.user, pk=key) if key else None
    query = save(
        request.user,
        row,
        sql=request.POST.get("sql", "").replace("\r\n", "\n"),
        name=request.POST.get("name", ""),
    )
    address = f"{reverse('datasets:sql')}?query={query.pk}"
    if not request.htmx:
        return redirect(address)
    response = render(request, "datasets/_sql_title.html", {"query": query, "sql": query.sql})
    response["HX-Push-Url"] = address
    response["HX-Trigger"] = "sql:saved"
    return response


@require_safe
def history(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Saved queries and past statements, newest first, searched."""
    return _history(request, request.GET.get("q", "").strip())


@require_POST
def forget_query(request: AuthenticatedHttpRequest, pk: str) -> HttpResponse:
    """Remove a query with what is kept of it."""
    query = fetch_editable(Query.objects, request.user, pk=pk)
    forget(query)
    if not request.htmx:
        return redirect("datasets:sql")
    return _history(request, "")


@require_POST
def export(request: AuthenticatedHttpRequest, pk: str) -> HttpResponseBase:
    """A file of the result: at once when all rows are here, else by a worker."""
    require_rate(request, "export")
    query = fetch_visible(Query.objects, request.user, pk=pk)
    kind = require_kind(request.POST.get("as", ""))
    found = kept(query)
    if found is not None and found.is_whole:
        # Without the query: its text, which is its name too, may hold values of people's data.
        audit.record(request.user, "sql.export", format=kind.key, rows=len(found.rows))
        return _file_of(query, found, kind)
    job = query_jobs.export_whole(request.user, query, kind.key)
    return _follow(request, query, job, reverse("datasets:sql_file", args=[query.pk, job.pk]))


@require_safe
def exported_file(request: AuthenticatedHttpRequest, pk: str, job_id: str) -> HttpResponseBase:
    """The file that an export job has written."""
    return file_of_job(request.user, fetch_visible(Query.objects, request.user, pk=pk), job_id)


def file_of_job(user: User, query: Query, job_id: str) -> FileResponse:
    """What an export of this query has written; Problem when it is gone."""
    job = fetch_visible(Job.objects, user, pk=job_id)
    if job.kind != query_jobs.EXPORT or job.arguments.get("query") != str(query.pk):
        raise Problem(_gone(), code="file_gone")
    try:
        path = local_file(query, query_jobs.file_name(job))
    except FileNotFoundError as missing:
        raise Problem(_gone(), code="file_gone") from missing
    return _attachment(path.open("rb"), query, require_kind(str(job.arguments["as"])))


@require_POST
def save_as_dataset(request: AuthenticatedHttpRequest, pk: str) -> HttpResponseBase:
    """Have the whole result kept as a dataset of its own."""
    query = fetch_visible(Query.objects, request.user, pk=pk)
    job = query_jobs.save_as_dataset(request.user, query, request.POST.get("name", ""))
    return _follow(request, query, job, reverse("datasets:sql_made", args=[job.pk]))


@require_safe
def made_dataset(request: AuthenticatedHttpRequest, job_id: str) -> HttpResponseBase:
    """From a finished job to the dataset that it made."""
    job = fetch_visible(Job.objects, request.user, pk=job_id)
    dataset = query_jobs.dataset_of(job)
    if dataset is None:
        return redirect(job.link or "datasets:sql")
    return redirect(dataset)


def _history(request: AuthenticatedHttpRequest, text: str) -> HttpResponse:
    found = search(request.user, text)
    groups = [
        (gettext("Saved"), [query for query in found if query.name][:_LISTED]),
        (gettext("Run before"), [query for query in found if not query.name][:_LISTED]),
    ]
    context = {"groups": [group for group in groups if group[1]], "text": text}
    return render(request, "datasets/_sql_history.html", context)


def _follow(
    request: AuthenticatedHttpRequest, query: Query, job: Job, then: str
) -> HttpResponseBase:
    context = {"query": query, "job": job, "then": then}
    if request.htmx:
        return render(request, "datasets/_sql_job.html", context)
    return redirect(f"{reverse('datasets:sql')}?query={query.pk}")


def _file_of(query: Query, found: Kept, kind: Kind) -> HttpResponseBase:
    with storage.work_folder() as work:
        source, target = work / "kept.parquet", work / "export"
        write_kept(found, source)
        write_file(source, found.columns, kind, target)
        # The open file outlives its name in the folder.
        return _attachment(target.open("rb"), query, kind)


def _attachment(file: Any, query: Query, kind: Kind) -> FileResponse:
    name = f"{slugify(query.name) or 'result'}.{kind.key}"
    response = FileResponse(file, content_type=kind.content_type)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _gone() -> str:
    return gettext("This file is no longer kept. Export the result again.")
