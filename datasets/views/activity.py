"""What happened to a dataset."""

from __future__ import annotations

from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from accounts.requests import AuthenticatedHttpRequest
from datasets.versioning.activity import happenings
from datasets.views.detail import dataset_frame
from datasets.views.fetching import fetch_dataset


@require_safe
def activity(request: AuthenticatedHttpRequest, pk: str) -> HttpResponseBase:
    """`/data/<pk>/activity/`: imports, versions, shares, downloads, newest first."""
    dataset = fetch_dataset(request, pk)
    if not dataset.is_ready:
        return redirect(dataset)
    text, after = request.GET.get("q", "").strip(), request.GET.get("after", "")
    page = happenings(dataset, text=text, after=after)
    context = {
        "dataset": dataset,
        "page": page,
        "text": text,
        "is_first": not after,
        "next": f"?{urlencode({'q': text, 'after': page.next})}" if page.next else "",
    }
    if request.htmx.target == "activity":
        return render(request, "datasets/_activity.html", context)
    context |= dataset_frame(request, dataset, tab="activity")
    return render(request, "datasets/activity.html", context)
