"""Figures of forecasts as JSON."""

from __future__ import annotations

from django.http import JsonResponse
from django.views.decorators.http import require_safe

from accounts.requests import AuthenticatedHttpRequest
from forecasting.views.fetching import fetch_task, require_answer, shown_as_asked


@require_safe
def fan(request: AuthenticatedHttpRequest, pk: object) -> JsonResponse:
    """The fan chart of `?series=&model=&history=` (usual, ahead or all)."""
    shown = shown_as_asked(fetch_task(request, pk), request)
    require_answer(shown)
    return JsonResponse(shown.figure or {"data": [], "layout": {}})
