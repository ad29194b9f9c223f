"""The tab that holds a forecast against what came."""

from __future__ import annotations

from typing import Final

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.views.decorators.http import require_POST, require_safe

from accounts.problems import Conflict
from accounts.requests import AuthenticatedHttpRequest
from forecasting import live
from forecasting.views.fetching import fetch_own_task, fetch_task, shown_as_asked
from forecasting.watching import scoring, tasks
from forecasting.watching.shown_accuracy import ShownAccuracy

MOST_CHOICES: Final = 200


@require_safe
def accuracy(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """`/forecasts/<id>/accuracy/`: errors, bias, coverage, by step and by run."""
    task = fetch_task(request, pk)
    shown = shown_as_asked(task, request)
    found = ShownAccuracy(task, request.GET.get("series", "")[:500])
    context = live.parts(task, request.user, shown, "accuracy") | {"accuracy": found}
    return render(request, "forecasting/accuracy.html", context)


@require_POST
def score(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """Compare again: a repair may have changed what came."""
    task = fetch_own_task(request, pk)
    tasks.start_scoring(task)
    return redirect("forecasting:accuracy", pk=task.pk)


@require_safe
def rows(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """Every value that came beside its forecast, as CSV."""
    task = fetch_task(request, pk)
    found = getattr(task, "score", None)
    if found is None:
        raise Conflict(tasks.nothing_yet(), code="nothing_yet")
    text = scoring.rows_of(found).to_csv(index=False)
    name = slugify(task.name) or "forecast"
    answer = HttpResponse(text, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}-actuals.csv"'
    return answer
