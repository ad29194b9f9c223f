"""Set up, change, run and end a watch; label what it found."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect, HttpResponseClientRefresh

from accounts.ownership import fetch_editable, require_creator
from accounts.problems import NotAllowed, Problem
from accounts.requests import AuthenticatedHttpRequest
from datasets.models import Dataset, Version
from datasets.pyramid import series_ids
from datasets.views.fetching import fetch_dataset, require_version
from forecasting import asking
from forecasting.anomalies import watch_jobs, watching
from forecasting.anomalies.forms import MOST_LISTED, STOPS, LabelForm, WatchForm, rate_from
from forecasting.anomalies.shown import HOW, ShownAnomaly, lesson_words, shown_anomalies
from forecasting.models import Anomaly, AnomalyWatch
from forecasting.views.anomalies import fetch_watch


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: AuthenticatedHttpRequest, pk: str) -> HttpResponse:
    """Choose what to watch in a dataset; POST begins."""
    require_creator(request.user)
    dataset = fetch_dataset(request, pk)
    require_version(dataset)
    version = asking.check_version(dataset)
    form = WatchForm(dataset, version, _given(request) if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        watch = watching.begin(form.wish(), owner=request.user)
        messages.success(request, gettext("The history is being judged."))
        return _go_to(request, watch.get_absolute_url())
    return _form(request, form, dataset, version, None)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: AuthenticatedHttpRequest, pk: str) -> HttpResponse:
    """Change columns, detector, season or name of a watch."""
    watch = fetch_own_watch(request, pk)
    dataset = watch.dataset
    version = asking.check_version(dataset)
    given = _given(request) if request.method == "POST" else _as_given(watch)
    form = WatchForm(dataset, version, given)
    if request.method == "POST" and form.is_valid():
        watching.change(watch, form.wish().fields(), person=request.user)
        messages.success(request, gettext("Saved."))
        return _go_to(request, watch.get_absolute_url())
    return _form(request, form, dataset, version, watch)


@require_POST
def sensitivity(request: AuthenticatedHttpRequest, pk: str) -> HttpResponse:
    """Keep the rate that the slider stands at."""
    watch = fetch_own_watch(request, pk)
    try:
        wanted = rate_from(request.POST.get("stop", ""))
    except ValueError:
        raise Problem(
            gettext("The slider has no such place. Reload the page and move it again."),
            field="stop",
        ) from None
    watching.change(watch, {"per_week": wanted}, person=request.user)
    return _go_to(request, watch.get_absolute_url())


@require_POST
def rest(request: AuthenticatedHttpRequest, pk: str) -> HttpResponse:
    """Stop judging new rows, or go on with it."""
    watch = fetch_own_watch(request, pk)
    watching.change(watch, {"is_active": not watch.is_active}, person=request.user)
    return _go_to(request, watch.get_absolute_url())


@require_POST
def scan(request: AuthenticatedHttpRequest, pk: str) -> HttpResponse:
    """Judge what is not judged yet, after a failure for example."""
    watch = fetch_own_watch(request, pk)
    watch_jobs.start_scan(watch)
    return _go_to(request, watch.get_absolute_url())


@require_POST
def compare(request: AuthenticatedHttpRequest, pk: str) -> HttpResponse:
    """Let the other detectors judge the same rows."""
    watch = fetch_own_watch(request, pk)
    watch_jobs.start_comparison(watch)
    return _go_to(request, watch.get_absolute_url())


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: AuthenticatedHttpRequest, pk: str) -> HttpResponse:
    """Ask, then delete the watch with its anomalies. Only its owner may."""
    watch = fetch_watch(request, pk)
    if watch.owner_id != request.user.pk or not request.user.can_create:
        raise NotAllowed(gettext("Only its owner can delete this watch. Ask them to do it."))
    if request.method != "POST":
        labelled = Anomaly.objects.of_watch(watch).labelled().count()
        context = {"section": "data", "watch": watch, "labelled": labelled}
        part = "forecasting/anomalies/_delete.html"
        return render(
            request, part if request.htmx else "forecasting/anomalies/delete.html", context
        )
    page = reverse("forecasting:anomalies", args=[watch.dataset_id])
    watching.end(watch, person=request.user)
    messages.success(request, gettext("%s was deleted with its anomalies.") % watch.name)
    return _go_to(request, page)


@require_http_methods(["GET", "HEAD", "POST"])
def label(request: AuthenticatedHttpRequest, pk: str) -> HttpResponse:
    """Say what an anomaly was, with a note; the answer is its row, and what the label changed."""
    rows = Anomaly.objects.select_related("watch__dataset", "watch__version", "labelled_by")
    row = fetch_editable(rows, request.user, pk=pk)
    form = LabelForm(request.POST if request.method == "POST" else _said(row))
    valid = form.is_valid()
    if request.method != "POST" or not valid:
        shown = shown_anomalies([row], row.watch, can_edit=True)[0]
        context = {"section": "data", "shown": shown, "form": form, "labels": Anomaly.Label.choices}
        part = "forecasting/anomalies/_label.html"
        template = part if request.htmx else "forecasting/anomalies/label.html"
        status = 422 if request.method == "POST" and not request.htmx else 200
        return render(request, template, context, status=status)
    said = form.cleaned_data
    note = said["note"] if "note" in request.POST else row.note
    before = row.watch.in_force
    watch = watching.label(row, said["label"], note, person=request.user)
    if watch.in_force != before or not request.htmx or request.htmx.target == "dialog":
        # Other rows come and go with the threshold: the page is shown anew, with the reason.
        messages.success(request, lesson_words(watch) or gettext("Saved."))
        return HttpResponseClientRefresh() if request.htmx else redirect(watch.get_absolute_url())
    return _row(request, row, watch)


def fetch_own_watch(request: AuthenticatedHttpRequest, pk: object) -> AnomalyWatch:
    """The watch, if this person may change it; 404 or 403 otherwise."""
    return fetch_editable(AnomalyWatch.objects.for_list(), request.user, pk=pk)


def _row(request: AuthenticatedHttpRequest, row: Anomaly, watch: AnomalyWatch) -> HttpResponse:
    row.refresh_from_db()
    shown: ShownAnomaly = shown_anomalies([row], watch, can_edit=True)[0]
    context = {"shown": shown, "labels": Anomaly.Label.choices}
    return render(request, "forecasting/anomalies/_row.html", context)


def _form(
    request: AuthenticatedHttpRequest,
    form: WatchForm,
    dataset: Dataset,
    version: Version,
    watch: AnomalyWatch | None,
) -> HttpResponse:
    chosen = form["targets"].value() or [c.key for c in asking.usual_targets(version)]
    context = {
        "section": "data",
        "dataset": dataset,
        "watch": watch,
        "form": form,
        "columns_offered": version.value_columns(),
        "chosen": [chosen] if isinstance(chosen, str) else list(chosen),
        "series_offered": series_ids(version, limit=MOST_LISTED),
        "series_chosen": form["series"].value() or [],
        "detectors": [(n, label, HOW[n]) for n, label in AnomalyWatch.Detector.choices],
        "detector": form["detector"].value() or AnomalyWatch.Detector.FORECAST,
        "rates": STOPS,
    }
    status = 422 if form.is_bound and request.method == "POST" else 200
    return render(request, "forecasting/anomalies/new.html", context, status=status)


def _given(request: AuthenticatedHttpRequest) -> dict[str, Any]:
    """The fields as they were sent, lists as lists."""
    many = {name: request.POST.getlist(name) for name in ("targets", "series")}
    return {**request.POST.dict(), **many}


def _as_given(watch: AnomalyWatch) -> dict[str, Any]:
    return {
        "name": watch.name,
        "targets": list(watch.names),
        "series": list(watch.series),
        "detector": watch.detector,
        "season": watch.season,
        "per_week": watch.per_week,
    }


def _said(row: Anomaly) -> dict[str, str]:
    return {"label": row.label, "note": row.note}


def _go_to(request: AuthenticatedHttpRequest, address: str) -> HttpResponse:
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)
