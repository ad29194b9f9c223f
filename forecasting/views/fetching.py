"""The forecast a page is about, and how it is asked to be shown."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext
from rest_framework.request import Request

from accounts.ownership import fetch_editable, fetch_visible
from accounts.problems import Conflict
from accounts.requests import AuthenticatedHttpRequest
from forecasting.addresses import Choice
from forecasting.models import PredictionResult, PredictionTask
from forecasting.shown import ShownForecast


def fetch_task(request: AuthenticatedHttpRequest, pk: object) -> PredictionTask:
    """The forecast, if this person may see it; 404 otherwise."""
    return fetch_visible(PredictionTask.objects.with_jobs(), request.user, pk=pk)


def fetch_own_task(request: AuthenticatedHttpRequest, pk: object) -> PredictionTask:
    """The forecast, if this person may change it; 404 or 403 otherwise."""
    return fetch_editable(PredictionTask.objects.with_jobs(), request.user, pk=pk)


def shown_as_asked(task: PredictionTask, request: HttpRequest | Request) -> ShownForecast:
    """The forecast with the series, the model and the history that the address names."""
    asked = request.query_params if isinstance(request, Request) else request.GET
    return ShownForecast(task, Choice.asked(asked))


def require_answer(shown: ShownForecast) -> PredictionResult:
    """The result that is drawn; Conflict while there is none."""
    if shown.chosen is None:
        raise Conflict(
            gettext("This forecast has no answer yet. Wait a second and try again."),
            code="no_answer",
        )
    return shown.chosen
