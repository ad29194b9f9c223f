"""Cells that are edited in place: the editor, the edit, undo, the note, saving."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from accounts.problems import Problem
from accounts.requests import AuthenticatedHttpRequest
from datasets.cells import editing
from datasets.cells.values import restored, typed
from datasets.grid import rows
from datasets.models import Column, Dataset, Version
from datasets.models.draft import Edit
from datasets.versioning import version_jobs
from datasets.views.asked import whole_number
from datasets.views.cells import Cell, one_cell
from datasets.views.fetching import fetch_own, require_version
from datasets.views.grid import bar_context


@require_http_methods(["GET", "HEAD", "POST"])
def cell(request: AuthenticatedHttpRequest, pk: str) -> HttpResponse:
    """`/data/<pk>/edits/cell/?row=&key=`: the editor of one cell; POST `value` keeps an edit.

    A value that does not fit comes back in the editor with the sentence beside it.
    """
    dataset = fetch_own(request, pk)
    version = require_version(dataset)
    said = request.POST if request.method == "POST" else request.GET
    row, column = whole_number(said.get("row", ""), "row"), _column(version, said.get("key", ""))
    if request.method != "POST":
        return _editor(request, dataset, version, row, column)
    text = said.get("value", "")
    try:
        made = editing.edit(version, request.user, row=row, key=column.key, text=text)
    except Problem as problem:
        return _editor(request, dataset, version, row, column, text=text, problem=problem)
    return _answer(request, dataset, version, row, column, made)


@require_POST
def undo(request: AuthenticatedHttpRequest, pk: str) -> HttpResponseBase:
    """Take back one edit: of the cell that `row` and `key` name, or the last one."""
    dataset = fetch_own(request, pk)
    row, key = whole_number(request.POST.get("row", ""), "row"), request.POST.get("key", "")
    gone = editing.undo(dataset, request.user, row=row, key=key)
    if gone is None:
        raise Problem(gettext("There is nothing to undo: no cell is changed."), code="no_edit")
    return _changed(request, dataset, gone)


@require_POST
def discard(request: AuthenticatedHttpRequest, pk: str) -> HttpResponseBase:
    """Forget all edits."""
    dataset = fetch_own(request, pk)
    editing.discard(dataset, request.user)
    return _changed(request, dataset, None)


@require_POST
def carry_over(request: AuthenticatedHttpRequest, pk: str) -> HttpResponseBase:
    """Find the edited cells again in the newest version, and say how many were not found."""
    dataset = fetch_own(request, pk)
    carried, left = editing.carry_over(require_version(dataset), request.user)
    words = ngettext("%(n)s edit carried over.", "%(n)s edits carried over.", carried)
    said = words % {"n": carried}
    if left:
        rest = ngettext(
            "%(n)s was left behind: its cell is gone or holds something else now.",
            "%(n)s were left behind: their cells are gone or hold something else now.",
            left,
        )
        said = f"{said} {rest % {'n': left}}"
    return _changed(request, dataset, None, said=said)


@require_http_methods(["GET", "HEAD", "POST"])
def note(request: AuthenticatedHttpRequest, pk: str) -> HttpResponseBase:
    """Why a cell was changed, in a dialog."""
    dataset = fetch_own(request, pk)
    said = request.POST if request.method == "POST" else request.GET
    row, key = whole_number(said.get("row", ""), "row"), said.get("key", "")
    if request.method == "POST":
        made = editing.explain(dataset, request.user, row=row, key=key, note=said.get("note", ""))
        return _changed(request, dataset, made)
    draft = editing.draft_of(dataset, request.user)
    found = draft.at(row, key) if draft else None
    context = {"dataset": dataset, "section": "data", "row": row, "key": key, "edit": found}
    template = "datasets/_note.html" if request.htmx else "datasets/note.html"
    return render(request, template, context)


@require_POST
def save(request: AuthenticatedHttpRequest, pk: str) -> HttpResponseBase:
    """Start the job that makes a version of the edits."""
    dataset = fetch_own(request, pk)
    version_jobs.start_saving(dataset, request.user)
    if not request.htmx:
        return redirect("datasets:data", pk=dataset.pk)
    return _bar(request, dataset)


@require_safe
def bar(request: AuthenticatedHttpRequest, pk: str) -> HttpResponse:
    """The bar of unsaved edits, or of the job that saves them."""
    return _bar(request, fetch_own(request, pk))


def _column(version: Version, key: str) -> Column:
    return rows.find_column(list(version.columns.all()), key)


def _editor(  # noqa: PLR0913 - a cell and what was typed into it
    request: AuthenticatedHttpRequest,
    dataset: Dataset,
    version: Version,
    row: int,
    column: Column,
    *,
    text: str | None = None,
    problem: Problem | None = None,
) -> HttpResponse:
    editing.require_editable(column)
    found = _now(request, dataset, version, row, column)
    context = {
        "dataset": dataset,
        "row": row,
        "column": column,
        "text": typed(found, column.clock) if text is None else text,
        "problem": problem,
    }
    return render(request, "datasets/_cell_editor.html", context)


def _now(
    request: AuthenticatedHttpRequest, dataset: Dataset, version: Version, row: int, column: Column
) -> Any:
    """What the cell holds, with this person's edit."""
    draft = editing.draft_of(dataset, request.user)
    made = draft.at(row, column.key) if draft and draft.version_id == version.pk else None
    if made:
        return restored(column, made["value"])
    return editing.stored_cell(version, column, row)


def _answer(
    request: AuthenticatedHttpRequest,
    dataset: Dataset,
    version: Version,
    row: int,
    column: Column,
    made: Edit | None,
) -> HttpResponse:
    """The cell as it is now, and the bar beside it."""
    value = editing.stored_cell(version, column, row)
    shown: Cell = one_cell(column, value, made)
    draft = editing.draft_of(dataset, request.user)
    context = {
        **bar_context(version, draft),
        "dataset": dataset,
        "version": version,
        "cell": shown,
        "line": {"number": row},
        "can_edit_cells": True,
        "is_answer": True,
    }
    return render(request, "datasets/_edited.html", context)


def _bar(request: AuthenticatedHttpRequest, dataset: Dataset) -> HttpResponse:
    version = require_version(dataset)
    draft = editing.draft_of(dataset, request.user)
    context = {**bar_context(version, draft), "dataset": dataset, "version": version}
    return render(request, "datasets/_savebar.html", context)


def _changed(
    request: AuthenticatedHttpRequest, dataset: Dataset, made: Edit | None, *, said: str = ""
) -> HttpResponseBase:
    """The grid draws itself anew and puts the focus on the cell it was about."""
    if not request.htmx:
        return redirect("datasets:data", pk=dataset.pk)
    if said:
        messages.success(request, said)
        return HttpResponseClientRedirect(reverse("datasets:data", args=[dataset.pk]))
    where = {"row": made["row"], "key": made["key"]} if made else {}
    return trigger_client_event(HttpResponse(status=204), "grid:changed", where)
