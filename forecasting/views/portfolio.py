"""All series of a forecast: one row for each, the worst first."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.requests import AuthenticatedHttpRequest
from forecasting import live
from forecasting.portfolio import files
from forecasting.portfolio.shown import ShownPortfolio
from forecasting.views.fetching import fetch_task, require_answer, shown_as_asked


@require_safe
def portfolio(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """`?sort=&way=&q=&only=` (below, off, rare), `?after=` the cursor of the next rows."""
    task = fetch_task(request, pk)
    shown = shown_as_asked(task, request)
    require_answer(shown)
    context = live.parts(task, request.user, shown, "series") | {
        "portfolio": ShownPortfolio(shown, request.GET)
    }
    return render(request, "forecasting/portfolio/page.html", context)


@require_safe
def as_file(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """Every row as `?as=` csv or json."""
    shown = shown_as_asked(fetch_task(request, pk), request)
    require_answer(shown)
    return files.as_file(shown, request.GET.get("as", "csv"))
