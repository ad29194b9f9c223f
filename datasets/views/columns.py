"""The columns of a dataset: what they hold, and what a forecast may do with them."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.problems import Problem
from accounts.requests import AuthenticatedHttpRequest
from datasets.grid import rows
from datasets.models import Column, Dataset, Version
from datasets.versioning import version_jobs
from datasets.versioning.column_changes import ColumnChange, change_columns, roles_for
from datasets.views.asked import whole_number
from datasets.views.detail import dataset_frame
from datasets.views.fetching import fetch_dataset, fetch_own, require_version, version_asked
from datasets.views.shown import ShownColumn

PAGE: Final = 100
TOP_VALUES: Final = 6
# Above this counting every value would take longer than somebody waits for a popover.
MOST_COUNTED: Final = 200_000


@require_safe
def columns(request: AuthenticatedHttpRequest, pk: str) -> HttpResponseBase:
    """`/data/<pk>/columns/`: every column with its role, type, distribution and examples."""
    dataset = fetch_dataset(request, pk)
    if not dataset.is_ready:
        return redirect(dataset)
    context = dataset_frame(request, dataset, tab="columns")
    context |= _page(request, context["columns"])
    context["described"] = context["listed"]
    return render(request, "datasets/columns.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: AuthenticatedHttpRequest, pk: str) -> HttpResponseBase:
    """`/data/<pk>/columns/edit/`: names and roles in place; saving makes a version."""
    dataset = fetch_own(request, pk)
    version = require_version(dataset)
    problem: Problem | None = None
    if request.method == "POST":
        try:
            return _save(request, dataset, version)
        except Problem as refused:
            problem = refused
    frame = dataset_frame(request, dataset, tab="columns")
    page = _page(request, frame["columns"])
    context = {
        **frame,
        **page,
        "problem": problem,
        "editing": [_asked(request, shown) for shown in page["listed"]],
        "next_number": version.number + 1,
        "note": request.POST.get("note", ""),
    }
    return render(request, "datasets/edit_columns.html", context, status=422 if problem else 200)


@require_safe
def statistics(request: AuthenticatedHttpRequest, pk: str, key: str) -> HttpResponse:
    """`/data/<pk>/columns/<key>/`: everything known of one column, for a popover."""
    dataset = fetch_dataset(request, pk)
    version = version_asked(request, dataset)
    column = rows.find_column(list(version.columns.all()), key)
    shown = ShownColumn(column, version.row_count)
    distinct = column.stats.get("distinct") or 0
    is_countable = distinct <= MOST_COUNTED and not shown.is_time
    top = rows.value_counts(version, column, TOP_VALUES) if is_countable else []
    context = {
        "dataset": dataset,
        "version": version,
        "shown_column": shown,
        "column": column,
        "stats": shown.open_stats,
        "filled": version.row_count - column.missing,
        "top": [(_plain(column, value), times) for value, times in top],
        "top_share": [times / max(version.row_count, 1) * 100 for _, times in top],
    }
    return render(request, "datasets/_column_statistics.html", context)


def _plain(column: Column, value: str) -> str:
    """A counted value without the .0 that a stored number has."""
    if column.is_number:
        return value.removesuffix(".0").replace("-", "−")
    if column.type == Column.Type.BOOLEAN:
        return gettext("yes") if value == "true" else gettext("no")
    return value[:120]


def _page(request: AuthenticatedHttpRequest, every: list[ShownColumn]) -> dict[str, Any]:
    """A hundred columns at a time, narrowed by `?q=`."""
    text = request.GET.get("q", "").strip()
    found = [one for one in every if text.casefold() in one.column.name.casefold()]
    first = min(whole_number(request.GET.get("columns", ""), "columns"), max(len(found), 1))
    kept: dict[str, str | int] = {"q": text} if text else {}
    before, after = max(first - PAGE, 1), first + PAGE
    return {
        "text": text,
        "found_count": len(found),
        "listed": found[first - 1 : first - 1 + PAGE],
        "first_column": first,
        "last_column": min(first + PAGE - 1, len(found)),
        "columns_before": f"?{urlencode({**kept, 'columns': before})}" if first > 1 else "",
        "columns_after": f"?{urlencode({**kept, 'columns': after})}" if after <= len(found) else "",
    }


def _asked(request: AuthenticatedHttpRequest, shown: ShownColumn) -> dict[str, Any]:
    """One row of the form, with what was typed into it."""
    column = shown.column
    role = request.POST.get(f"role-{column.key}", column.role)
    return {
        "shown": shown,
        "name": request.POST.get(f"name-{column.key}", column.name),
        "roles": [
            (value, Column.Role(value).label, value == role)
            for value in dict.fromkeys([column.role, *roles_for(column)])
        ],
    }


def _save(
    request: AuthenticatedHttpRequest, dataset: Dataset, version: Version
) -> HttpResponseBase:
    changes = [
        ColumnChange(
            key=column.key,
            name=request.POST.get(f"name-{column.key}", ""),
            role=request.POST.get(f"role-{column.key}", ""),
        )
        for column in version.columns.all()
        if f"name-{column.key}" in request.POST or f"role-{column.key}" in request.POST
    ]
    note = " ".join(request.POST.get("note", "").split())[:500]
    made = change_columns(version, changes, request.user, note=note)
    if made is None:
        version_jobs.start_rewriting(version, request.user, changes, note)
        messages.success(
            request, gettext("The rows are being put into their new order, as a new version.")
        )
    else:
        messages.success(request, gettext("Saved as version %(number)s.") % {"number": made.number})
    return redirect("datasets:columns", pk=dataset.pk)
