"""The page that asks for a forecast, and the sentence that says what will happen."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRedirect

from accounts.ownership import fetch_editable, fetch_visible, require_creator
from accounts.requests import AuthenticatedHttpRequest
from datasets.models import Dataset, Version
from datasets.views.shown import ShownDataset
from forecasting import asking, starting
from forecasting.choosing import drafts, filled
from forecasting.choosing.page import AskPage
from forecasting.choosing.preview import figure_of
from forecasting.choosing.shown_series import FoundSeries
from forecasting.forms import dataset_choices, ready_dataset
from forecasting.models import ForecastDraft, PredictionTask
from forecasting.refusals import ForecastProblem

# An address with this carries the form as it was when the page was left.
IS_FILLED: Final = frozenset({"targets_shown"})


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Ask for a forecast (`?dataset=`, `?copy=` a forecast, `?draft=`); POST starts or keeps it."""
    require_creator(request.user)
    given = request.POST if request.method == "POST" else request.GET
    draft, source = _draft(request, given), _source(request, given)
    asked = given.get("dataset", "") or _dataset_of(draft, source)
    choices = dataset_choices(request.user)
    if not choices and not asked:
        return render(request, "forecasting/nothing_to_ask.html", {"section": "forecasts"})
    dataset = ready_dataset(request.user, asked or str(choices[0].pk))
    version, problem = _version(dataset)
    page, lost = None, list[str]()
    if version is not None:
        body, lost = _body(request, given, version, draft, source)
        page = AskPage(dataset, version, body, given)
    if request.method == "POST" and "keep" in given:
        return _keep(request, dataset, page.body if page else filled.from_page(given), draft)
    if request.method == "POST" and page is not None and page.ask is not None:
        task = starting.start(page.ask, owner=request.user, draft=draft)
        return _go_to(request, task.get_absolute_url())
    context = {
        "section": "forecasts",
        "choices": choices,
        "is_listed": dataset.pk in {choice.pk for choice in choices},
        "dataset": dataset,
        "page": page,
        "problem": problem,
        "draft": draft,
        "source": source,
        "lost": lost,
    } | _facts(dataset)
    if request.method == "POST" and request.htmx and page is not None:
        return render(request, "forecasting/_contract.html", context | {"with_fields": True})
    # The address may carry a half-filled form; only a refused press is an error.
    status = 422 if request.method == "POST" else 200
    return render(request, "forecasting/new.html", context, status=status)


@require_safe
def contract(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The sentence at the right for what is filled in, with what follows from it elsewhere."""
    require_creator(request.user)
    dataset = ready_dataset(request.user, request.GET.get("dataset", ""))
    version, problem = _version(dataset)
    page = None
    if version is not None:
        page = AskPage(dataset, version, filled.from_page(request.GET), request.GET)
    context = {
        "page": page,
        "problem": problem,
        "dataset": dataset,
        "with_fields": True,
        "redrawn": _redrawn(request.GET.get("changed", "")),
    }
    return render(request, "forecasting/_contract.html", context)


@require_safe
def preview(request: AuthenticatedHttpRequest) -> JsonResponse:
    """The figure of the last values and of the room that the forecast will take."""
    dataset = ready_dataset(request.user, request.GET.get("dataset", ""))
    version = asking.check_version(dataset)
    return JsonResponse(figure_of(AskPage(dataset, version, filled.from_page(request.GET))))


@require_safe
def cycles(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Season lengths to choose from, and which of them the data show."""
    dataset = ready_dataset(request.user, request.GET.get("dataset", ""))
    version = asking.check_version(dataset)
    page = AskPage(dataset, version, filled.from_page(request.GET))
    return render(request, "forecasting/_ask_cycles.html", {"page": page})


@require_safe
def series(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Series to tick whose names hold `?find_series=`, without those that `?series=` names."""
    dataset = ready_dataset(request.user, request.GET.get("dataset", ""))
    version = asking.check_version(dataset)
    text, ticked = request.GET.get("find_series", ""), request.GET.getlist("series")
    found = FoundSeries(version, text, ticked)
    return render(request, "forecasting/_ask_series_found.html", {"found": found})


@require_safe
def sources(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Earlier forecasts whose settings may be copied, newest first, those of `?q=`."""
    require_creator(request.user)
    text = request.GET.get("q", "").strip()
    found = PredictionTask.objects.visible_to(request.user).newest().select_related("dataset")
    found = found.search(text) if text else found
    context = {
        "tasks": found.order_by("-created_at")[:20],
        "text": text,
        "dataset": request.GET.get("dataset", ""),
        "only_list": request.htmx.target == "copy-sources",
    }
    return render(request, "forecasting/_copy_from.html", context)


def _body(
    request: AuthenticatedHttpRequest,
    given: QueryDict,
    version: Version,
    draft: ForecastDraft | None,
    source: PredictionTask | None,
) -> tuple[dict[str, Any], list[str]]:
    """What is filled in, and the columns of a copy that this dataset does not have."""
    if request.method != "POST" and source is not None:
        return filled.from_task(source, version)
    if request.method != "POST" and draft is not None and not IS_FILLED & given.keys():
        return dict(draft.body), []
    return filled.from_page(given), []


def _keep(
    request: AuthenticatedHttpRequest,
    dataset: Dataset,
    body: dict[str, Any],
    draft: ForecastDraft | None,
) -> HttpResponse:
    """Keep what is filled in, whether it makes sense yet or not; a resumed draft is replaced."""
    kept = drafts.keep(body, dataset=dataset, owner=request.user, draft=draft)
    messages.success(request, gettext("Saved as a draft: %s.") % kept.name)
    return _go_to(request, reverse("forecasting:list"))


def _draft(request: AuthenticatedHttpRequest, given: QueryDict) -> ForecastDraft | None:
    if not given.get("draft"):
        return None
    fetch = fetch_editable if request.method == "POST" else fetch_visible
    return fetch(ForecastDraft.objects.select_related("dataset"), request.user, pk=given["draft"])


def _source(request: AuthenticatedHttpRequest, given: QueryDict) -> PredictionTask | None:
    if not given.get("copy"):
        return None
    rows = PredictionTask.objects.select_related("dataset", "version")
    return fetch_visible(rows, request.user, pk=given["copy"])


def _dataset_of(draft: ForecastDraft | None, source: PredictionTask | None) -> str:
    if draft is not None:
        return str(draft.dataset_id)
    return str(source.dataset_id) if source is not None else ""


def _version(dataset: Dataset) -> tuple[Version | None, str]:
    """The version to ask about, or why the dataset cannot be forecast at all."""
    try:
        version = asking.check_version(dataset)
        if not asking.usual_targets(version):
            return None, _no_target(version)
    except ForecastProblem as problem:
        return None, str(problem.message)
    return version, ""


def _redrawn(changed: str) -> set[str]:
    """Blocks of the form that a change of these fields changes; never the one they stand in."""
    names = set(changed.split(","))
    blocks = set() if names & {"models", "more_models"} else {"models"}
    if "targets" in names:
        blocks |= {"covariates", "limits"}
    if "country" in names:
        blocks.add("places")
    return blocks


def _facts(dataset: Dataset) -> dict[str, Any]:
    shown = ShownDataset(dataset)
    return {
        "frequency_words": shown.frequency,
        "start": shown.start,
        "end": shown.end,
        "things_to_check": shown.things_to_check,
    }


def _no_target(version: Version) -> str:
    for column in version.columns.all():
        if column.is_number and (sentence := asking.trouble_with(column, version)):
            return sentence
    return gettext("%(name)s has no column of numbers to forecast. Use another dataset.") % {
        "name": version.dataset.name
    }


def _go_to(request: AuthenticatedHttpRequest, address: str) -> HttpResponse:
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)
