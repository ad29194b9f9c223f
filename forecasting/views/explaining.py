"""The tabs that say why: components, residuals, drivers, and the card on the first tab."""

from __future__ import annotations

import json
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import AuthenticatedHttpRequest
from forecasting import backtests, live
from forecasting.explaining import explain_jobs, figures, leftover_words
from forecasting.explaining.leftovers import Leftovers
from forecasting.explaining.shown import ShownExplanation
from forecasting.shown import ShownForecast
from forecasting.views.fetching import fetch_own_task, fetch_task, require_answer, shown_as_asked

PAGES: Final = {
    "components": "forecasting:components",
    "drivers": "forecasting:drivers",
    "why": "forecasting:why",
}


@require_safe
def components(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """`/forecasts/<id>/components/`: what the series and its forecast are made of."""
    return _explained(request, pk, "components")


@require_safe
def drivers(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """`/forecasts/<id>/drivers/`: what the forecast rests on."""
    return _explained(request, pk, "drivers")


@require_safe
def why(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """The card of the first tab: why this model, why is it flat, what moved it."""
    return _explained(request, pk, "why")


@require_POST
def explain(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """Ask the engine, once; `to` names the page to come back to."""
    task = fetch_own_task(request, pk)
    shown = shown_as_asked(task, request)
    result = require_answer(shown)
    explain_jobs.start(result, explain_jobs.series_of(result, shown.series))
    page = PAGES.get(request.POST.get("to", ""), PAGES["components"])
    return redirect(reverse(page, args=[task.pk]) + shown.query)


@require_safe
def residuals(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """`/forecasts/<id>/residuals/`: what past forecasts left unexplained."""
    task = fetch_task(request, pk)
    shown = shown_as_asked(task, request)
    context = live.parts(task, request.user, shown, "residuals") | _left(shown)
    return render(request, "forecasting/explaining/residuals.html", context)


def _explained(request: AuthenticatedHttpRequest, pk: object, page: str) -> HttpResponse:
    task = fetch_task(request, pk)
    shown = shown_as_asked(task, request)
    found = ShownExplanation(shown, task.version.clock)
    context = live.parts(task, request.user, shown, page) | {
        "explained": found,
        "page": page,
        "here": reverse(PAGES[page], args=[task.pk]) + shown.query,
    }
    return render(request, f"forecasting/explaining/{page}.html", context)


def _left(shown: ShownForecast) -> dict[str, Any]:
    result = shown.chosen
    if result is None or not result.backtest_path:
        return {"left": None}
    series = explain_jobs.series_of(result, shown.series)
    found = Leftovers(backtests.residuals(result, series))
    context: dict[str, Any] = {
        "left": found,
        "words": leftover_words.sentences(found),
        "not_learned": shown.stood_in,
    }
    if not found.is_enough:
        return context
    on = shown.task.version.clock
    return context | {
        "over_time": json.dumps(figures.over_time(found, on)),
        "by_lag": json.dumps(figures.by_lag(found)),
        "by_size": json.dumps(figures.by_size(found)),
    }
