"""The page of one dataset: overview, columns, versions; what may be done to it."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRedirect

from accounts.audit import record
from accounts.ownership import fetch_editable, fetch_visible
from accounts.problems import NotAllowed
from accounts.requests import AuthenticatedHttpRequest
from datasets.forms import DescribeForm, ReadingForm
from datasets.going import going_with
from datasets.listed import listed
from datasets.models import Dataset, Version
from datasets.receiving import uploads
from datasets.usage import usage_of
from datasets.views.charts import ChartChoice, explorer_context
from datasets.views.fetching import fetch_dataset, version_asked
from datasets.views.refusals import refusal
from datasets.views.shown import ShownDataset, shown_columns

# Most columns the overview lists.
COLUMNS_LISTED: Final = 50


@require_safe
def overview(request: AuthenticatedHttpRequest, pk: str) -> HttpResponseBase:
    """`/data/<pk>/`: facts, what to check, the chart, the columns; or how reading it goes."""
    dataset = fetch_dataset(request, pk)
    context = dataset_frame(request, dataset, tab="overview")
    if dataset.is_staged and context["can_edit"]:
        return redirect(dataset.import_url)
    context["listed"] = context["columns"][:COLUMNS_LISTED]
    version = context["version"]
    if dataset.is_ready and version:
        if choice := ChartChoice.of(version, request.GET):
            address = reverse("datasets:chart", args=[dataset.pk])
            context |= explorer_context(version, choice, address)
        return render(request, "datasets/detail.html", context)
    if dataset.status == Dataset.Status.ERROR:
        context["refusal"] = refusal(dataset)
        context["reading_form"] = ReadingForm()
        return render(request, "datasets/not_imported.html", context)
    return render(request, "datasets/arriving.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def describe(request: AuthenticatedHttpRequest, pk: str) -> HttpResponseBase:
    """Rename and describe, in a dialog or on a page of its own."""
    dataset = fetch_editable(Dataset.objects, request.user, pk=pk)
    form = DescribeForm(request.POST or None, instance=dataset)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        uploads.rename(dataset, name=said["name"], description=said["description"])
        messages.success(request, gettext("Saved. The dataset is now called %s.") % said["name"])
        return _go_to(request, dataset.get_absolute_url())
    context = {"section": "data", "dataset": dataset, "form": form}
    template = "datasets/_describe.html" if request.htmx else "datasets/describe.html"
    # htmx swaps only answers of status 200; the page itself says 422.
    status = 422 if form.errors and not request.htmx else 200
    return render(request, template, context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: AuthenticatedHttpRequest, pk: str) -> HttpResponseBase:
    """Ask, then delete the dataset with its files. Only its owner may."""
    dataset = fetch_visible(Dataset.objects, request.user, pk=pk)
    if dataset.owner_id != request.user.pk or not request.user.can_create:
        raise NotAllowed(gettext("Only its owner can delete this dataset. Ask them to do it."))
    if request.method != "POST":
        context = {
            "section": "data",
            "dataset": dataset,
            "shown": ShownDataset(dataset),
            "going": going_with(dataset, request.user),
        }
        template = "datasets/_delete.html" if request.htmx else "datasets/delete.html"
        return render(request, template, context)
    name = dataset.name
    record(request.user, "dataset.deleted", dataset, name=name)
    uploads.delete(dataset)
    messages.success(request, gettext("%s was deleted with its files.") % name)
    return _go_to(request, reverse("datasets:list"))


def dataset_frame(
    request: AuthenticatedHttpRequest, dataset: Dataset, *, tab: str
) -> dict[str, Any]:
    """What the head, the facts and the tabs of every page of a dataset need."""
    current: Version | None = dataset.current_version
    version = version_asked(request, dataset) if current and dataset.is_ready else current
    is_owner = dataset.owner_id == request.user.pk
    can_edit = Dataset.objects.editable_by(request.user).filter(pk=dataset.pk).exists()
    is_old = bool(version and current and version.pk != current.pk)
    return {
        "section": "data",
        "dataset": dataset,
        "shown": ShownDataset(dataset, version),
        "version": version,
        "current": current,
        "is_old": is_old,
        # Kept by every link that leads on within the same version.
        "version_query": f"?version={version.number}" if is_old and version else "",
        "columns": shown_columns(version) if version else [],
        "findings": version.findings if version else [],
        "tab": tab,
        "clock_words": version.clock.words if version else "",
        "can_edit": can_edit,
        "can_change": can_edit and dataset.is_ready and not is_old,
        "can_delete": is_owner and request.user.can_create,
        "can_forecast": bool(version and version.time_column and version.value_columns()),
        "used_by": listed(usage_of(dataset, request.user).total) if tab == "overview" else "",
    }


def _go_to(request: AuthenticatedHttpRequest, address: str) -> HttpResponseBase:
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)
