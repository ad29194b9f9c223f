"""The dataset a page is about, with its current version."""

from __future__ import annotations

from django.utils.translation import gettext

from accounts.ownership import fetch_visible
from accounts.problems import Conflict
from accounts.requests import AuthenticatedHttpRequest
from datasets.models import Dataset, Version


def fetch_dataset(request: AuthenticatedHttpRequest, pk: str) -> Dataset:
    """The dataset with its versions and columns, if this person may see it; 404 otherwise."""
    found = Dataset.objects.select_related("owner", "job").prefetch_related("versions__columns")
    return fetch_visible(found, request.user, pk=pk)


def fetch_version(request: AuthenticatedHttpRequest, pk: str) -> tuple[Dataset, Version]:
    """The dataset and its current version; Conflict while there is none to read."""
    dataset = fetch_dataset(request, pk)
    return dataset, require_version(dataset)


def require_version(dataset: Dataset) -> Version:
    """The current version of a dataset that is ready; Conflict otherwise."""
    version = dataset.current_version
    if version is None or not dataset.is_ready:
        raise Conflict(not_ready_sentence(dataset), code="not_ready")
    return version


def not_ready_sentence(dataset: Dataset) -> str:
    """Why there are no rows yet, and what to do."""
    if dataset.status == Dataset.Status.ERROR:
        return gettext("This file was not imported: %s") % dataset.error_sentence
    return gettext("This file is still being read. Try again in a few seconds.")
