"""One address for a forecast, running or done."""

from __future__ import annotations

from typing import Final

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.requests import AuthenticatedHttpRequest
from forecasting import live
from forecasting.proof.shown import ShownBacktest
from forecasting.shown_table import ShownTable
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
    """The numbers themselves: `?all=1` series, `?columns=` naming, `?page=`."""
    task = fetch_task(request, pk)
    shown = shown_as_asked(task, request)
    require_answer(shown)
    asked = request.GET
    table = ShownTable(shown, every=bool(asked.get("all")), naming=asked.get("columns", ""))
    pages = Paginator(table, ROWS_A_PAGE)
    context = live.parts(task, request.user, shown, "data") | {
        "table": table,
        "pages": pages.get_page(asked.get("page")),
    }
    return render(request, "forecasting/data.html", context)
