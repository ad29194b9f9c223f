"""`/data/<pk>/convert/`: choose a format; small files come at once, large ones by a job."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRedirect

from accounts.audit import record
from accounts.ownership import fetch_visible
from accounts.problems import Conflict, Problem
from accounts.requests import AuthenticatedHttpRequest
from datasets import converting, exporting
from datasets.formats.format import Format
from datasets.models import Dataset, Version
from datasets.views.downloads import sent
from datasets.views.fetching import fetch_dataset, require_version
from jobs.models import Job

_ABOUT = {
    "csv": _("For spreadsheets and almost every program."),
    "json": _("For programs: a list of records, a record a line, or a list per column."),
    "xlsx": _("One sheet of at most 1,048,575 rows; dates and numbers keep their types."),
    "parquet": _("Small and typed; reads back exactly as it is here."),
    "tfb": _("The long CSV of a forecasting benchmark: date, data, cols. Numbers only."),
    "m4": _("A series a row, as in the M4 competition. Numbers only, without dates."),
}
_WORDS = {
    ",": _("comma"),
    ";": _("semicolon"),
    "\t": _("tab"),
    "|": _("vertical bar"),
    ".": _("point"),
    "utf-8": _("UTF-8"),
    "utf-8-sig": _("UTF-8 with a mark, for Excel"),
    "utf-16": _("UTF-16"),
    "records": _("a list of records"),
    "lines": _("one record a line (NDJSON)"),
    "columns": _("one list per column"),
}


@require_http_methods(["GET", "HEAD", "POST"])
def convert(request: AuthenticatedHttpRequest, pk: str) -> HttpResponseBase:
    """Ask for the format; then send the file, or show the job that writes it."""
    dataset = fetch_dataset(request, pk)
    version = require_version(dataset)
    if request.method != "POST":
        return _asked(request, dataset, version)
    try:
        return _written(request, dataset, version)
    except Problem as problem:
        return _asked(request, dataset, version, problem)


@require_safe
def converted(request: AuthenticatedHttpRequest, pk: str, job: UUID) -> HttpResponseBase:
    """The file that a conversion wrote."""
    dataset = fetch_dataset(request, pk)
    try:
        done = converting.fetch(dataset, request.user, job)
    except Conflict:
        # Its page says how far it is, or why it failed.
        return redirect(f"{reverse('datasets:convert', args=[dataset.pk])}?job={job}")
    format = exporting.wanted_format(done.arguments["format"])
    return sent(converting.key_of(dataset.pk, done.pk), done.arguments["name"], format.content_type)


def _written(
    request: AuthenticatedHttpRequest, dataset: Dataset, version: Version
) -> HttpResponseBase:
    format = exporting.wanted_format(request.POST.get("format", ""))
    chosen = exporting.choose(format, request.POST.dict())
    exporting.require_writable(version, format)
    record(request.user, "dataset.download", dataset, format=format.key)
    if exporting.is_large(version, format):
        job = converting.start(version, request.user, format, chosen)
        if request.htmx:
            return render(request, "datasets/_converting.html", _job_frame(dataset, job))
        return redirect(f"{reverse('datasets:convert', args=[dataset.pk])}?job={job.pk}")
    address = reverse("datasets:download", args=[dataset.pk])
    address = f"{address}?{urlencode({'as': format.key, **chosen})}"
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


def _asked(
    request: AuthenticatedHttpRequest,
    dataset: Dataset,
    version: Version,
    problem: Problem | None = None,
) -> HttpResponseBase:
    if job := _job_of(request, dataset):
        return render(request, "datasets/converting.html", _job_frame(dataset, job))
    chosen = request.POST.get("format") or request.GET.get("format") or "csv"
    context = {
        "section": "data",
        "dataset": dataset,
        "version": version,
        "formats": [_shown(format, version, chosen) for format in exporting.formats()],
        "problem": problem,
        "masked": [column.name for column in version.columns.all() if column.is_masked],
    }
    template = "datasets/_convert.html" if request.htmx else "datasets/convert.html"
    # htmx swaps only answers of status 200; the page itself says 422.
    status = problem.status if problem and not request.htmx else 200
    return render(request, template, context, status=status)


def _job_of(request: HttpRequest, dataset: Dataset) -> Job | None:
    """The conversion that this page follows, when it follows one."""
    try:
        wanted = UUID(request.GET.get("job", ""))
    except ValueError:
        return None
    mine = Job.objects.about_dataset(dataset.pk, converting.KIND)
    found: Job = fetch_visible(mine, request.user, pk=wanted)
    return found


def _job_frame(dataset: Dataset, job: Job) -> dict[str, Any]:
    return {"section": "data", "dataset": dataset, "job": job}


def _shown(format: Format, version: Version, chosen: str) -> dict[str, Any]:
    """One format with its options, in words."""
    options = [
        {
            "name": name,
            "label": _LABELS[name],
            "choices": [(value, _WORDS[value]) for value in allowed],
        }
        for name, allowed in format.choices.items()
    ]
    return {
        "key": format.key,
        "label": format.label,
        "about": _ABOUT[format.key],
        "options": options,
        "is_chosen": format.key == chosen,
        "is_large": exporting.is_large(version, format),
    }


_LABELS = {
    "delimiter": _("Separator"),
    "decimal": _("Decimal mark"),
    "encoding": _("Characters"),
    "orient": _("Form"),
}
