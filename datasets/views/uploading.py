"""A file arrives: by drop, by the form, or as a sample."""

from __future__ import annotations

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from accounts.ownership import fetch_editable, require_creator
from accounts.problems import Conflict, Problem
from accounts.requests import AuthenticatedHttpRequest
from datasets import samples
from datasets.forms import ReadingForm, first_problem
from datasets.models import Dataset
from datasets.receiving import fixes, uploads
from datasets.views.home import shown_samples, upload_limits


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    """`/data/upload/`: the drop zone, and where it sends the file."""
    if request.method != "POST":
        return render(request, "datasets/upload.html", _frame())
    require_creator(request.user)
    try:
        dataset = _receive(request)
    except Problem as problem:
        if request.htmx:
            raise
        sent = request.FILES.get("file")
        context = {**_frame(), "problem": problem, "filename": getattr(sent, "name", "")}
        return render(request, "datasets/upload.html", context, status=problem.status)
    return _go_to(request, dataset)


@require_POST
def sample(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    """Make the chosen sample into a dataset of this person."""
    require_creator(request.user)
    key = request.POST.get("sample", "")
    if key not in {known.key for known in samples.catalogue()}:
        raise Problem(
            gettext("There is no sample with this name. Choose one from the home page."),
            field="sample",
        )
    return _go_to(request, samples.create(owner=request.user, key=key))


@require_POST
def read_again(request: AuthenticatedHttpRequest, pk: str) -> HttpResponseBase:
    """Read the kept file once more, the way the person says it is written."""
    dataset = fetch_editable(Dataset.objects, request.user, pk=pk)
    if dataset.is_being_read:
        raise Conflict(gettext("This file is being read right now. Wait for it, or cancel it."))
    if fix := request.POST.get("fix", ""):
        fixes.apply(dataset, fix)
        return _go_to(request, dataset)
    form = ReadingForm(request.POST)
    if not form.is_valid():
        raise first_problem(form)
    uploads.again(dataset, options=form.options())
    return _go_to(request, dataset)


def _receive(request: AuthenticatedHttpRequest) -> Dataset:
    sent = request.FILES.get("file")
    if not isinstance(sent, UploadedFile):
        raise Problem(
            gettext("No file arrived. Choose a CSV file and send it again."),
            code="no_file",
            field="file",
        )
    return uploads.receive(
        owner=request.user, name=sent.name or "", content=sent, size=sent.size, review=True
    )


def _frame() -> dict[str, object]:
    return {"section": "data", "upload": upload_limits(), "samples": shown_samples()}


def _go_to(request: AuthenticatedHttpRequest, dataset: Dataset) -> HttpResponseBase:
    address = dataset.import_url if dataset.is_reviewed else dataset.get_absolute_url()
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)
