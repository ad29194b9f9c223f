"""Cards that other pages ask for by name."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.ownership import fetch_visible
from accounts.requests import AuthenticatedHttpRequest
from datasets.models import Dataset
from forecasting.models import PredictionTask
from forecasting.shown import ShownForecast

LATEST = 5


@require_safe
def for_dataset(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """The newest forecasts of a dataset."""
    dataset = fetch_visible(Dataset.objects, request.user, pk=pk)
    found = PredictionTask.objects.for_list(request.user).of_dataset(dataset)
    context = {"dataset": dataset, "forecasts": [ShownForecast(task) for task in found[:LATEST]]}
    return render(request, "forecasting/_for_dataset.html", context)


@require_safe
def recent_card(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Rows of the newest forecasts for the table on Home."""
    found = PredictionTask.objects.for_list(request.user)[:LATEST]
    context = {"forecasts": [ShownForecast(task) for task in found]}
    return render(request, "forecasting/_recent.html", context)
