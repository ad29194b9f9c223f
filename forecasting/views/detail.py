"""One address for a forecast, running or done."""

from __future__ import annotations

from typing import Final

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.requests import AuthenticatedHttpRequest
from datasets.decimals import decimals_of
from forecasting import live, results, wording
from forecasting.proof.shown import ShownBacktest
from forecasting.views.fetching import fetch_task, require_answer, shown_as_asked

ROWS_A_PAGE: Final = 100


@require_safe
def detail(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """The fan chart with everything that proves it; live while it runs."""
    task = fetch_task(request, pk)
    shown = shown_as_asked(task, request)
    return render(request, "forecasting/detail.html", live.parts(task, request.user, shown))


@require_safe
def backtest(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """Every past window of one series: `?window=&view=` (one, all, errors), `&beside=` models."""
    task = fetch_task(request, pk)
    shown = shown_as_asked(task, request)
    require_answer(shown)
    asked = request.GET
    proof = ShownBacktest(shown, window=asked.get("window", ""), view=asked.get("view", ""))
    context = live.parts(task, request.user, shown, "backtest") | {"proof": proof}
    return render(request, "forecasting/backtest.html", context)


@require_safe
def labels(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """Names of series that hold `?series=`, for the chooser."""
    shown = shown_as_asked(fetch_task(request, pk), request)
    found = shown.labels_with(request.GET.get("series", "")[:200])
    return render(request, "forecasting/_labels.html", {"labels": found})


@require_safe
def data(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """The numbers themselves."""
    task = fetch_task(request, pk)
    shown = shown_as_asked(task, request)
    frame = results.table_of(require_answer(shown), shown.series)
    pages = Paginator(range(len(frame)), ROWS_A_PAGE)
    page = pages.get_page(request.GET.get("page"))
    rows = frame.iloc[page.start_index() - 1 : page.end_index()] if len(frame) else frame
    columns = [name for name in frame.columns if name not in {"unique_id", "ds"}]
    context = live.parts(task, request.user, shown, "data") | {
        "rows": [
            {"time": wording.stamp(time, shown.frequency, task.version.clock), "values": values}
            for time, values in zip(
                results.iso(rows["ds"].to_numpy()), rows[columns].to_numpy().tolist(), strict=True
            )
        ],
        "columns": columns,
        "decimals": decimals_of(frame[columns].to_numpy()),
        "pages": page,
    }
    return render(request, "forecasting/data.html", context)
