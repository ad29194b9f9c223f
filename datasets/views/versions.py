"""The versions of a dataset: their list, two side by side, and the ways back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from accounts import audit
from accounts.paging import keyset_page
from accounts.requests import AuthenticatedHttpRequest
from datasets.listed import listed
from datasets.models import Column, Dataset, Version
from datasets.usage import Usage, usage_of
from datasets.versioning import versions as making
from datasets.versioning.comparing import ChangedCell, Comparison
from datasets.versioning.comparing import compare as compared
from datasets.versioning.version_words import difference_words, origin_words
from datasets.views.asked import whole_number
from datasets.views.detail import dataset_frame
from datasets.views.fetching import fetch_dataset, fetch_own, loaded_version, require_version
from datasets.views.shown import grouped

PAGE: Final = 50


@dataclass(frozen=True)
class ShownCell:
    """A cell that differs, with its values as people read them."""

    row: ChangedCell
    before: str | None
    after: str | None


@dataclass(frozen=True)
class ShownVersion:
    """A version for the list."""

    row: Version
    used_by: str
    is_current: bool
    is_restorable: bool

    @property
    def origin(self) -> str:
        """Where it came from, in words."""
        return origin_words(self.row)

    @property
    def changes(self) -> str:
        """What it changed, in counts."""
        return listed(difference_words(self.row.diff))

    @property
    def person(self) -> str:
        """Who made it."""
        return (self.row.made_by or self.row.dataset.owner).username


@require_safe
def versions(request: AuthenticatedHttpRequest, pk: str) -> HttpResponseBase:
    """`/data/<pk>/versions/`: each immutable state, newest first."""
    dataset = fetch_dataset(request, pk)
    if not dataset.is_ready:
        return redirect(dataset)
    frame = dataset_frame(request, dataset, tab="versions")
    listed = dataset.versions.select_related("made_by", "dataset__owner").defer("quality")
    page = keyset_page(listed, request, ("-number", "-id"), PAGE)
    current, usage = require_version(dataset), usage_of(dataset, request.user)
    context = {
        **frame,
        "page": page,
        "listed": [_shown(row, current, usage) for row in page.rows],
        "can_undo": frame["can_edit"] and making.before(current) is not None,
        "numbers": [version.number for version in dataset.versions.all()],
    }
    return render(request, "datasets/versions.html", context)


@require_safe
def compare(request: AuthenticatedHttpRequest, pk: str) -> HttpResponseBase:
    """`/data/<pk>/versions/compare/?old=3&new=5`: counts, and the first cells that differ."""
    dataset = fetch_dataset(request, pk)
    current = require_version(dataset)
    new = whole_number(request.GET.get("new", "") or str(current.number), "new")
    old = whole_number(request.GET.get("old", "") or str(max(new - 1, 1)), "old")
    comparison = compared(loaded_version(dataset, old), loaded_version(dataset, new))
    context = {
        **dataset_frame(request, dataset, tab="versions"),
        "comparison": comparison,
        "cells": _cells(comparison),
        "became": _became(comparison.diff),
        "words": difference_words(comparison.diff),
        "numbers": [version.number for version in dataset.versions.all()],
        "old_number": old,
        "new_number": new,
    }
    return render(request, "datasets/compare.html", context)


@require_POST
def undo(request: AuthenticatedHttpRequest, pk: str) -> HttpResponseBase:
    """Make the next version equal to what the current one was made from."""
    dataset = fetch_own(request, pk)
    made = making.undo(dataset, request.user)
    audit.record(request.user, "dataset.undo", dataset, version=made.number)
    return _went(request, dataset, made)


@require_http_methods(["GET", "HEAD", "POST"])
def restore(request: AuthenticatedHttpRequest, pk: str, number: int) -> HttpResponseBase:
    """Ask, then make the next version equal to an older one."""
    dataset = fetch_own(request, pk)
    wanted = loaded_version(dataset, number)
    if request.method == "POST":
        made = making.restore(dataset, wanted, request.user)
        audit.record(request.user, "dataset.restored", dataset, version=number)
        return _went(request, dataset, made)
    context = {
        "section": "data",
        "dataset": dataset,
        "wanted": wanted,
        "next_number": require_version(dataset).number + 1,
    }
    template = "datasets/_restore.html" if request.htmx else "datasets/restore.html"
    return render(request, template, context)


def _became(diff: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Columns whose type or role changed: name, what it was, what it is."""
    words = {**dict(Column.Type.choices), **dict(Column.Role.choices)}
    changes = diff.get("columns", {})
    return [
        (name, str(words.get(was, was)), str(words.get(now, now)))
        for name, was, now in [*changes.get("retyped", []), *changes.get("roles", [])]
    ]


def _cells(comparison: Comparison) -> list[ShownCell]:
    """Every digit is shown, as two values may differ in the last."""
    numbers = {column.name for column in comparison.new.columns.all() if column.is_number}
    return [
        ShownCell(cell, grouped(cell.before), grouped(cell.after))
        if cell.column in numbers
        else ShownCell(cell, cell.before, cell.after)
        for cell in comparison.cells
    ]


def _went(request: AuthenticatedHttpRequest, dataset: Dataset, made: Version) -> HttpResponseBase:
    said = {"number": made.number, "old": made.diff.get("restores", "")}
    messages.success(
        request,
        gettext("Version %(number)s shows version %(old)s again. Nothing was lost.") % said,
    )
    address = f"{dataset.get_absolute_url()}versions/"
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


def _shown(row: Version, current: Version, usage: Usage) -> ShownVersion:
    return ShownVersion(
        row=row,
        used_by=usage.of(row.pk),
        is_current=row.pk == current.pk,
        is_restorable=row.pk != making.shown(current).pk and row.pk != current.pk,
    )
