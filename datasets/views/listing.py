"""The list of datasets: searched, sorted, one page at a time."""

from __future__ import annotations

from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.paging import keyset_page
from accounts.requests import AuthenticatedHttpRequest
from datasets.models import Dataset
from datasets.views.shown import ShownDataset

PAGE_SIZE: Final = 50
# What a person may sort by, and the order that the first press gives.
SORTS: Final = {
    "name": "name",
    "record_count": "-record_count",
    "file_size": "-file_size",
    "created_at": "-created_at",
}


@require_safe
def dataset_list(request: AuthenticatedHttpRequest) -> HttpResponse:
    """`/data/`: what this person may see, newest first unless sorted otherwise."""
    text = request.GET.get("q", "").strip()
    sort = _sort(request.GET.get("sort", ""))
    found = Dataset.objects.for_list(request.user)
    if text:
        found = found.search(text)
    direction = "-" if sort.startswith("-") else ""
    page = keyset_page(found, request, order=(sort, f"{direction}id"), size=PAGE_SIZE)
    context = {
        "datasets": [ShownDataset(dataset) for dataset in page.rows],
        "page": page,
        "text": text,
        "sort": sort,
        "heads": _heads(sort),
        "section": "data",
    }
    only_table = request.htmx.target == "dataset-table"
    return render(request, "datasets/_table.html" if only_table else "datasets/list.html", context)


def _sort(asked: str) -> str:
    return asked if asked.lstrip("-") in SORTS else "-created_at"


def _heads(sort: str) -> dict[str, dict[str, str]]:
    """For each column that sorts: the state to announce and what the next press asks for."""
    heads = {}
    for name, first in SORTS.items():
        if name != sort.lstrip("-"):
            heads[name] = {"next": first, "state": ""}
        elif sort.startswith("-"):
            heads[name] = {"next": name, "state": "descending"}
        else:
            heads[name] = {"next": f"-{name}", "state": "ascending"}
    return heads
