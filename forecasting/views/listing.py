"""The list of forecasts: searched, one page at a time."""

from __future__ import annotations

from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.paging import keyset_page
from accounts.requests import AuthenticatedHttpRequest
from datasets.models import Dataset
from forecasting.models import ForecastDraft, PredictionTask
from forecasting.shown import ShownForecast

PAGE_SIZE: Final = 50
MOST_DRAFTS: Final = 20
STATES: Final = ("running", "completed", "failed", "cancelled")


@require_safe
def forecast_list(request: AuthenticatedHttpRequest) -> HttpResponse:
    """`/forecasts/`: what this person may see, newest first."""
    text, state = request.GET.get("q", "").strip(), request.GET.get("state", "")
    found = PredictionTask.objects.for_list(request.user)
    if text:
        found = found.search(text)
    if state == "running":
        found = found.live()
    elif state in STATES:
        found = found.in_state(state)
    page = keyset_page(found, request, size=PAGE_SIZE)
    context = {
        "section": "forecasts",
        "forecasts": [ShownForecast(task) for task in page.rows],
        "page": page,
        "text": text,
        "drafts": ForecastDraft.objects.for_list(request.user)[:MOST_DRAFTS],
        "state": state if state in STATES else "",
        "has_data": bool(page.rows) or Dataset.objects.visible_to(request.user).ready().exists(),
    }
    only_table = request.htmx.target == "forecast-table"
    template = "forecasting/_table.html" if only_table else "forecasting/list.html"
    return render(request, template, context)
