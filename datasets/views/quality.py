"""`/data/<pk>/quality/`: the report, the recipe, and what it would do."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from accounts.ownership import fetch_editable
from accounts.problems import Problem
from accounts.requests import AuthenticatedHttpRequest
from datasets.models import Dataset
from datasets.quality.reports import report_of
from datasets.repairs.ignoring import ignore, ignored_of
from datasets.repairs.proposing import propose
from datasets.repairs.recipe import Recipe, read_recipe
from datasets.repairs.repair_jobs import CHECK, REPAIR, start_check, start_repair
from datasets.serializers import plain
from datasets.versioning import versions as making
from datasets.views.detail import dataset_frame
from datasets.views.fetching import fetch_dataset, require_version
from datasets.views.quality_report import as_csv, as_json, file_name
from datasets.views.quality_shown import ShownRepair
from jobs.models import Job, JobQuerySet

# Cells up to which a report that is missing is made while the person waits.
_AT_ONCE: Final = 3_000_000


@dataclass(frozen=True)
class _Asked:
    """The recipe on the page and what of it is looked at."""

    recipe: Recipe
    look: int | None
    column: str
    view: str

    @classmethod
    def of(cls, request: HttpRequest) -> _Asked:
        """As the page's form sends it. Raises DatasetProblem for a recipe that is none."""
        given = request.POST
        try:
            recipe = read_recipe(json.loads(given.get("recipe", "[]")))
        except json.JSONDecodeError as error:
            raise Problem(gettext("A recipe is a list of steps."), code="bad_recipe") from error
        look = given.get("look", "")
        place = int(look) if look.isdigit() and int(look) < len(recipe) else None
        view = given.get("view", "both")
        return cls(recipe, place, given.get("column", ""), view)


@require_safe
def quality(request: AuthenticatedHttpRequest, pk: str) -> HttpResponseBase:
    """The page; its recipe is what would repair the findings."""
    dataset = fetch_dataset(request, pk)
    if not dataset.is_ready:
        return redirect(dataset)
    version = require_version(dataset)
    context = dataset_frame(request, dataset, tab="quality")
    context["live_job"] = _live_job(dataset)
    context["can_undo"] = context["can_edit"] and making.before(version) is not None
    if not version.quality and version.row_count * version.columns.count() > _AT_ONCE:
        return render(request, "datasets/quality_missing.html", context)
    recipe = propose(report_of(version)["findings"], ignored_of(dataset))
    repair = ShownRepair(version, recipe, _first(recipe), editable=context["can_edit"])
    repair.look_at(request.GET.get("finding", ""))
    context["repair"] = repair
    return render(request, "datasets/quality.html", context)


@require_POST
def preview(request: AuthenticatedHttpRequest, pk: str) -> HttpResponseBase:
    """The same with another recipe, step or column; nothing is saved."""
    dataset = fetch_dataset(request, pk)
    version = require_version(dataset)
    asked = _Asked.of(request)
    context = dataset_frame(request, dataset, tab="quality")
    context["repair"] = ShownRepair(
        version,
        asked.recipe,
        asked.look,
        column=asked.column,
        view=asked.view,
        editable=context["can_edit"],
    )
    context["can_undo"] = context["can_edit"] and making.before(version) is not None
    return render(request, "datasets/_repair.html", context)


@require_POST
def apply(request: AuthenticatedHttpRequest, pk: str) -> HttpResponseBase:
    """Start the job that makes the next version."""
    dataset = fetch_editable(Dataset.objects, request.user, pk=pk)
    version = require_version(dataset)
    asked = _Asked.of(request)
    if str(version.number) != request.POST.get("version", str(version.number)):
        messages.warning(request, gettext("There is a newer version. Look at it first."))
        return _back(request, dataset)
    keep = request.POST.get("new_data_too", "")
    start_repair(
        version,
        request.user,
        asked.recipe,
        note=request.POST.get("name", ""),
        new_data_too=None if keep == "" else keep == "1",
    )
    return _back(request, dataset)


@require_POST
def check(request: AuthenticatedHttpRequest, pk: str) -> HttpResponseBase:
    """Start the report of a large version that has none."""
    dataset = fetch_editable(Dataset.objects, request.user, pk=pk)
    start_check(require_version(dataset), request.user)
    return _back(request, dataset)


@require_POST
def ignore_finding(request: AuthenticatedHttpRequest, pk: str) -> HttpResponseBase:
    """Keep a finding as it is, or look at it again."""
    dataset = fetch_editable(Dataset.objects, request.user, pk=pk)
    ignore(
        dataset,
        request.POST.get("finding", ""),
        is_ignored=request.POST.get("ignored", "1") == "1",
    )
    if request.POST.get("from") == "overview":
        return redirect(dataset)
    return _back(request, dataset)


@require_safe
def export(request: AuthenticatedHttpRequest, pk: str) -> HttpResponseBase:
    """The report as a file."""
    dataset = fetch_dataset(request, pk)
    version = require_version(dataset)
    report, ignored = report_of(version), ignored_of(dataset)
    kind = "json" if request.GET.get("as") == "json" else "csv"
    answer: HttpResponse
    if kind == "json":
        answer = JsonResponse(plain(as_json(version, report, ignored)))
    else:
        answer = HttpResponse(as_csv(version, report, ignored), content_type="text/csv")
    answer["Content-Disposition"] = f'attachment; filename="{file_name(version, kind)}"'
    return answer


def _first(recipe: Recipe) -> int | None:
    """The step that is worth a look first: one that fills or clips."""
    telling = ("fill", "outliers", "resample", "deduplicate")
    places = {step["step"]: place for place, step in reversed(list(enumerate(recipe)))}
    return next((places[name] for name in telling if name in places), 0 if recipe else None)


def _live_job(dataset: Dataset) -> Job | None:
    newest: JobQuerySet = Job.objects.about_dataset(dataset.pk, REPAIR, CHECK).newest_first()
    job = newest.first()
    return job if job is not None and (job.is_live or job.state == Job.State.FAILED) else None


def _back(request: AuthenticatedHttpRequest, dataset: Dataset) -> HttpResponseBase:
    address = f"{dataset.get_absolute_url()}quality/"
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)
