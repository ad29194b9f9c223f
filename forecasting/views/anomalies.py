"""`/data/<pk>/anomalies/`: what stands out in a dataset, drawn and listed."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from accounts.ownership import fetch_visible
from accounts.paging import keyset_page
from accounts.problems import Problem
from accounts.requests import AuthenticatedHttpRequest
from datasets.filenames import clean_filename
from datasets.views.charts import asked_span
from datasets.views.detail import dataset_frame
from datasets.views.fetching import fetch_dataset
from forecasting.anomalies import storing, syncing
from forecasting.anomalies.exports import as_csv
from forecasting.anomalies.figures import watch_figure
from forecasting.anomalies.filters import SIZES, Filters
from forecasting.anomalies.forms import WatchForm, rate_from
from forecasting.anomalies.shown import ShownRate, ShownWatch, per_week, shown_anomalies
from forecasting.engine.anomalies.rates import rate_at, threshold_for
from forecasting.models import Anomaly, AnomalyWatch

PAGE_SIZE: Final = 50
NEWEST: Final = ("-start", "-id")
MOST_EXPORTED: Final = 100_000
WIDTH: Final = 1000


@require_safe
def anomalies(request: AuthenticatedHttpRequest, pk: str) -> HttpResponse:
    """The watches of a dataset; the anomalies of the one in `?watch=`, searched and paged."""
    dataset = fetch_dataset(request, pk)
    context = dataset_frame(request, dataset, tab="anomalies")
    found = AnomalyWatch.objects.visible_to(request.user).of_dataset(dataset).for_list()
    watches = list(found)
    watch = _chosen(request, watches)
    context |= {"watches": watches, "watch": watch, "can_create": request.user.can_create}
    if watch is not None:
        context |= watch_context(request, watch)
    elif context["version"] is not None and dataset.is_ready:
        context["form"] = WatchForm(dataset, context["version"])
        context["columns_offered"] = context["version"].value_columns()
    only_list = request.htmx.target == "anomaly-list" and watch is not None
    page = "forecasting/anomalies/_list.html" if only_list else "forecasting/anomalies/page.html"
    return render(request, page, context)


@require_safe
def chart(request: AuthenticatedHttpRequest, pk: str) -> JsonResponse:
    """The figure of a watched series for `?series=&start=&end=&width=`."""
    watch = fetch_watch(request, pk)
    series = request.GET.get("series", "") or first_series(watch)
    if watch.version is None:
        return JsonResponse({"data": [], "layout": {}, "empty": gettext("Nothing was judged yet.")})
    rows = Anomaly.objects.of_watch(watch).counted().in_series(series).newest_first()
    span = asked_span(watch.version, request.GET)
    return JsonResponse(watch_figure(watch, series, list(rows), span, _width(request)))


@require_safe
def rate(request: AuthenticatedHttpRequest, pk: str) -> HttpResponse:
    """What a place of the slider (`?stop=`) would have raised."""
    watch = fetch_watch(request, pk)
    try:
        wanted = rate_from(request.GET.get("stop", ""))
    except ValueError:
        raise Problem(
            gettext("The slider has no such place. Reload the page and move it again."),
            field="stop",
        ) from None
    context: dict[str, Any] = {"watch": watch, "wanted": per_week(wanted)}
    scored = storing.read_scores(watch)
    if scored:
        span = syncing.weeks(watch, scored)
        found = rate_at(scored, threshold_for(scored, wanted, span), span)
        context["rate"] = ShownRate(syncing.told(found))
        context["is_kept"] = wanted == watch.per_week
    return render(request, "forecasting/anomalies/_rate.html", context)


@require_safe
def export(request: AuthenticatedHttpRequest, pk: str) -> HttpResponse:
    """The anomalies of a watch as CSV, narrowed like the list."""
    watch = fetch_watch(request, pk)
    rows = Filters.of(request.GET).apply(Anomaly.objects.of_watch(watch)).newest_first()
    answer = HttpResponse(
        as_csv(rows.select_related("watch__version", "labelled_by")[:MOST_EXPORTED]),
        content_type="text/csv; charset=utf-8",
    )
    name = clean_filename(f"{watch.name} anomalies.csv")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def watch_context(request: AuthenticatedHttpRequest, watch: AnomalyWatch) -> dict[str, Any]:
    """What the page shows of a watch."""
    filters = Filters.of(request.GET)
    rows = filters.apply(Anomaly.objects.of_watch(watch)).newest_first()
    page = keyset_page(rows, request, NEWEST, PAGE_SIZE)
    can_edit = AnomalyWatch.objects.editable_by(request.user).filter(pk=watch.pk).exists()
    series = filters.series or first_series(watch)
    address = reverse("forecasting:anomaly_chart", args=[watch.pk])
    return {
        "shown_watch": ShownWatch(watch),
        "can_edit_watch": can_edit,
        "can_delete_watch": watch.owner_id == request.user.pk and request.user.can_create,
        "anomalies": shown_anomalies(page.rows, watch, can_edit=can_edit),
        "page": page,
        "filters": filters,
        "kinds": Anomaly.Kind.choices,
        "labels": [*Anomaly.Label.choices, ("none", gettext("No label"))],
        "sizes": SIZES,
        "series": series,
        "all_series": series_of(watch),
        "chart_url": f"{address}?{urlencode({'series': series})}",
    }


def fetch_watch(request: AuthenticatedHttpRequest, pk: object) -> AnomalyWatch:
    """The watch, if this person may see it; 404 otherwise."""
    return fetch_visible(AnomalyWatch.objects.for_list(), request.user, pk=pk)


def series_of(watch: AnomalyWatch) -> list[str]:
    """The judged series, in the order of the file."""
    labels: list[str] = watch.rate.get("series", [])
    return labels


def first_series(watch: AnomalyWatch) -> str:
    """The one that a page shows first: where something stands out, else the first."""
    newest = Anomaly.objects.of_watch(watch).counted().newest_first().first()
    return newest.series if newest is not None else next(iter(series_of(watch)), "")


def _chosen(request: AuthenticatedHttpRequest, watches: list[AnomalyWatch]) -> AnomalyWatch | None:
    asked = request.GET.get("watch", "")
    named = [watch for watch in watches if str(watch.pk) == asked]
    return next(iter(named or watches), None)


def _width(request: AuthenticatedHttpRequest) -> int:
    text = request.GET.get("width", "")
    return min(max(int(text), 100), 4000) if text.isdecimal() else WIDTH
