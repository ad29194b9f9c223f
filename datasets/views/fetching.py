"""The dataset a page is about, with the version that is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects
from django.http import HttpRequest
from django.utils.translation import gettext

from accounts.ownership import fetch_editable, fetch_visible
from accounts.problems import Conflict, Missing
from accounts.requests import AuthenticatedHttpRequest
from datasets.models import Column, Dataset, DatasetQuerySet, Version
from datasets.views.asked import version_number


def fetch_dataset(request: AuthenticatedHttpRequest, pk: str) -> Dataset:
    """The dataset with its versions, if this person may see it; 404 otherwise."""
    return _loaded(fetch_visible(_with_versions(), request.user, pk=pk))


def fetch_own(request: AuthenticatedHttpRequest, pk: str) -> Dataset:
    """The dataset with its versions, if this person may change it; 404 or NotAllowed otherwise."""
    return _loaded(fetch_editable(_with_versions(), request.user, pk=pk))


def fetch_version(request: AuthenticatedHttpRequest, pk: str) -> tuple[Dataset, Version]:
    """The dataset and the version asked for; Conflict while there is none to read."""
    dataset = fetch_dataset(request, pk)
    return dataset, version_asked(request, dataset)


def version_asked(request: HttpRequest, dataset: Dataset) -> Version:
    """The version of `?version=`, else the current one. Raises Missing when there is none."""
    return version_named(dataset, request.GET)


def version_named(dataset: Dataset, asked: Mapping[str, Any]) -> Version:
    """The version that `asked` names under `version`, else the current one."""
    current = require_version(dataset)
    number = version_number(asked)
    if number in {0, current.number}:
        return current
    return loaded_version(dataset, number)


def loaded_version(dataset: Dataset, number: int) -> Version:
    """One version with its columns. Raises Missing when the dataset has none of this number."""
    for version in dataset.versions.all():
        if version.number == number:
            prefetch_related_objects([version], "columns")
            _hide(version, dataset.current_version)
            return version
    raise no_version(dataset, number)


def no_version(dataset: Dataset, number: int) -> Missing:
    """Which versions there are instead."""
    numbers = sorted(version.number for version in dataset.versions.all())
    known = f"1–{numbers[-1]}" if numbers == list(range(1, len(numbers) + 1)) else ""
    known = known if len(numbers) > 1 else ", ".join(map(str, numbers[-20:]))
    return Missing(
        gettext("%(name)s has no version %(number)s. Choose one of: %(known)s.")
        % {"name": dataset.name, "number": number, "known": known},
        field="version",
    )


def _hide(version: Version, current: Version | None) -> None:
    """What is personal data today was so before anybody said it."""
    if current is None or current.pk == version.pk:
        return
    hidden = [column for column in current.columns.all() if column.is_masked]
    keys, names = {column.key for column in hidden}, {column.name for column in hidden}
    for column in version.columns.all():
        if column.key in keys or column.name in names:
            column.own_role, column.role = column.own_role or column.role, Column.Role.PERSONAL


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


def _with_versions() -> DatasetQuerySet:
    """Only the version that is shown needs its columns: there may be 2,000 in each."""
    newest_first = Version.objects.order_by("-number")
    found: DatasetQuerySet = Dataset.objects.select_related("owner", "job").prefetch_related(
        Prefetch("versions", queryset=newest_first)
    )
    return found


def _loaded(dataset: Dataset) -> Dataset:
    if current := dataset.current_version:
        prefetch_related_objects([current], "columns")
    return dataset
