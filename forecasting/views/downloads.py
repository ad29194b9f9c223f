"""Take a forecast away: as a file, or as code that asks for it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from accounts.problems import Problem
from accounts.requests import AuthenticatedHttpRequest
from forecasting import exports, snippets
from forecasting.views.fetching import fetch_task, require_answer, shown_as_asked


@require_safe
def export(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """`?what=predictions` or `metrics`, `?as=csv` or `json`."""
    task = fetch_task(request, pk)
    shown = shown_as_asked(task, request)
    require_answer(shown)
    what, kind = request.GET.get("what", "predictions"), request.GET.get("as", "csv")
    if what not in exports.WHAT or kind not in exports.KINDS:
        raise Problem(
            gettext("There is no such export. Ask for predictions or metrics, as csv or json.")
        )
    every_series = "series" not in request.GET
    content = exports.write(shown, what, kind, every_series=every_series)
    response = HttpResponse(content, content_type=exports.KINDS[kind])
    name = exports.file_name(task, what, kind)
    response["Content-Disposition"] = exports.disposition(name)
    return response


@require_safe
def snippet(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """The code that reads this forecast, for the popover."""
    task = fetch_task(request, pk)
    base = request.build_absolute_uri("/").rstrip("/")
    context = {
        "snippets": snippets.all_of(task, base),
        "columns": snippets.columns(task),
        "rows": snippets.first_rows(shown_as_asked(task, request)),
    }
    return render(request, "forecasting/_snippet.html", context)
