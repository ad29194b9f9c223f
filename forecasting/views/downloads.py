"""Take a forecast away: as a file, or as code that asks for it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.requests import AuthenticatedHttpRequest
from datasets.decimals import common_decimals
from forecasting import exports, snippets
from forecasting.naming import NAMINGS, require_naming
from forecasting.views.fetching import fetch_task, require_answer, shown_as_asked


@require_safe
def export(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """`?what=` predictions, backtest or metrics, `?as=` csv, json, parquet or xlsx, `?columns=`."""
    task = fetch_task(request, pk)
    shown = shown_as_asked(task, request)
    require_answer(shown)
    asked = request.GET
    what, kind = asked.get("what", "predictions"), asked.get("as", "csv")
    return exports.as_file(shown, what, kind, asked.get("series", ""), asked.get("columns", ""))


@require_safe
def snippet(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """The code that reads this forecast, for the popover: `?columns=` naming, `?run=latest`."""
    task = fetch_task(request, pk)
    base = request.build_absolute_uri("/").rstrip("/")
    naming = require_naming(request.GET.get("columns", ""))
    latest = request.GET.get("run") == snippets.LATEST
    rows = snippets.first_rows(shown_as_asked(task, request), naming)
    context = {
        "task": task,
        "snippets": snippets.all_of(task, base, naming=naming, latest=latest),
        "namings": NAMINGS.values(),
        "naming": naming,
        "latest": latest,
        "columns": [name for name in rows[0] if name not in {"unique_id", "ds"}] if rows else [],
        "rows": rows,
        "decimals": common_decimals(
            value for row in rows for value in row.values() if isinstance(value, float)
        ),
    }
    return render(request, "forecasting/_snippet.html", context)
