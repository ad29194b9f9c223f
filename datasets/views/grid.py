"""The data grid: rows as they are stored, paged, sorted and filtered on the server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from accounts.problems import Problem
from accounts.requests import AuthenticatedHttpRequest
from datasets.cells.editing import draft_of
from datasets.clock import Clock, clock_of
from datasets.grid import rows
from datasets.models import Draft, Version
from datasets.views.asked import (
    COLUMNS_SHOWN,
    MOST_CHOSEN,
    OPERATOR_WORDS,
    Asked,
    chips,
    operators,
    order_words,
    whole_number,
)
from datasets.views.cells import Cell, Line, lines
from datasets.views.detail import dataset_frame
from datasets.views.fetching import fetch_dataset, version_asked
from datasets.views.shown import ShownColumn, digits

__all__ = ["Asked", "Cell", "Line", "grid", "whole_number"]
PAGE_SIZE: Final = 100


@dataclass(frozen=True)
class Head:
    """The head of one grid column: what it holds and what may be asked of it."""

    shown: ShownColumn
    state: str
    ascending: str
    descending: str
    hidden: str
    operators: list[tuple[str, str]]
    is_minor: bool


@require_safe
def grid(request: AuthenticatedHttpRequest, pk: str) -> HttpResponseBase:
    """`/data/<pk>/rows/`: one page of rows; the card alone when htmx asks for it."""
    dataset = fetch_dataset(request, pk)
    if not dataset.is_ready or dataset.current_version is None:
        return redirect(dataset)
    version, asked = version_asked(request, dataset), Asked.of(request.GET)
    marked = 0
    if jump := request.GET.get("jump", "").strip():
        marked = find_row(version, jump)
        asked = replace(asked, number=(marked - 1) // PAGE_SIZE + 1, sort="", filters=(), text="")
    elif request.GET.get("column") or len(request.GET.getlist("show")) > 1:
        return redirect(request.path + replace(asked, number=1).address())
    frame = dataset_frame(request, dataset, tab="data")
    draft = draft_of(dataset, request.user) if frame["can_edit"] else None
    context = {
        **frame,
        **grid_context(version, asked, draft),
        **bar_context(version, draft),
        "can_edit_cells": frame["can_edit"] and version.pk == dataset.current_version.pk,
        "marked": marked,
        "jump": jump,
    }
    return _render(request, context)


def _render(request: AuthenticatedHttpRequest, context: dict[str, Any]) -> HttpResponse:
    only_card = request.htmx.target == "grid"
    return render(request, "datasets/_grid.html" if only_card else "datasets/data.html", context)


def grid_context(version: Version, asked: Asked, draft: Draft | None = None) -> dict[str, Any]:
    """The page of rows and the addresses of its neighbours."""
    columns = asked.columns(version)
    first = min(asked.first_column, max(len(columns) - COLUMNS_SHOWN + 1, 1))
    window = columns[first - 1 : first - 1 + COLUMNS_SHOWN]
    page = rows.page(
        version,
        number=asked.number,
        size=PAGE_SIZE,
        sort=asked.sort,
        filters=asked.filters,
        text=asked.text,
        keys=[column.key for column in window],
    )
    here = replace(asked, number=page.number, first_column=first)
    edited = draft if draft and draft.version_id == version.pk else None
    return {
        **_columns_context(here, len(columns)),
        "page": page,
        "asked": here,
        "address": here.address(),
        "heads": _heads(version, here, columns, first),
        "chips": chips(version, asked),
        "body": lines(page, edited),
        "previous": replace(here, number=page.number - 1).address() if page.number > 1 else "",
        "next": replace(here, number=page.number + 1).address() if page.number < page.pages else "",
        "every_row": replace(here, number=1, filters=(), text="").address(),
        "order_words": order_words(version, asked.sort),
        "page_size": PAGE_SIZE,
    }


def bar_context(version: Version, draft: Draft | None) -> dict[str, Any]:
    """What the bar of unsaved edits says."""
    count = len(draft.edits) if draft else 0
    newest = version.dataset.current_version or version
    return {
        "draft": draft if count else None,
        "edit_count": count,
        "next_number": newest.number + 1,
        "is_stale": bool(draft and count and draft.version_id != newest.pk),
    }


def _columns_context(here: Asked, count: int) -> dict[str, Any]:
    """Which columns are shown when there are too many for one page, and the ways to the others."""
    first, last = here.first_column, min(here.first_column + COLUMNS_SHOWN - 1, count)
    before, after = max(first - COLUMNS_SHOWN, 1), first + COLUMNS_SHOWN
    return {
        "column_count": count,
        "first_column": first,
        "last_column": last,
        "columns_before": replace(here, first_column=before).address() if first > 1 else "",
        "columns_after": replace(here, first_column=after).address() if last < count else "",
    }


@require_safe
def choose_columns(request: AuthenticatedHttpRequest, pk: str) -> HttpResponse:
    """`/data/<pk>/rows/columns/`: the panel in which columns are ticked, and a way to each."""
    dataset = fetch_dataset(request, pk)
    version, asked = version_asked(request, dataset), Asked.of(request.GET)
    chosen = set(asked.show)
    every = list(version.columns.all())
    listed = [(column, not chosen or column.key in chosen) for column in every]
    context = {
        "dataset": dataset,
        "asked": asked,
        "listed": listed,
        "can_tick": len(every) <= MOST_CHOSEN,
        "far": [
            (column, replace(asked, show=(), first_column=place).address())
            for place, column in enumerate(every, 1)
        ],
        "everything": replace(asked, show=(), first_column=1).address(),
    }
    return render(request, "datasets/_choose_columns.html", context)


@require_safe
def add_filter(request: AuthenticatedHttpRequest, pk: str) -> HttpResponse:
    """`/data/<pk>/rows/filter/`: the panel in which a filter is put together."""
    dataset = fetch_dataset(request, pk)
    version, asked = version_asked(request, dataset), Asked.of(request.GET)
    words = [(name, str(word)) for name, word in OPERATOR_WORDS.items()]
    context = {
        "dataset": dataset,
        "asked": asked,
        "listed": version.columns.all(),
        "operators": words,
    }
    return render(request, "datasets/_add_filter.html", context)


def find_row(version: Version, text: str) -> int:
    """The number of the row that `Jump to` means: a row number, or the first row of a time."""
    number = text.replace(",", "").replace(" ", "")
    is_year = len(number) == 4 and number.isdecimal() and version.row_count < int(number)
    if number.isascii() and number.isdecimal() and not is_year:
        return min(max(int(number[:18]), 1), max(version.row_count, 1))
    if not version.time_column:
        raise Problem(
            gettext("%(text)s is not a row number. Enter 1 to %(rows)s.")
            % {"text": text[:40], "rows": digits(version.row_count)},
            field="jump",
        )
    return rows.first_row_at(version, _moment(text, clock_of(version)))


def _moment(text: str, clock: Clock) -> datetime:
    if text.isdecimal() and len(text) == 4:
        text = f"{text}-01-01"
    try:
        return clock.stored(text)
    except ValueError as wrong:
        raise Problem(
            gettext(
                "%(text)s is neither a row number nor a time. Write 26124, or 2026-11-14 16:00."
            )
            % {"text": text[:40]},
            field="jump",
        ) from wrong


def _heads(version: Version, asked: Asked, columns: Sequence[Any], first: int) -> list[Head]:
    every = [column.key for column in columns]
    return [
        Head(
            shown=ShownColumn(column, version.row_count),
            state=_state(column.key, asked.sort),
            ascending=replace(asked, number=1, sort=column.key).address(),
            descending=replace(asked, number=1, sort=f"-{column.key}").address(),
            hidden=_without(asked, column.key, every),
            operators=[(name, str(OPERATOR_WORDS[name])) for name in operators(column)],
            is_minor=place > 2,
        )
        for place, column in enumerate(columns[first - 1 : first - 1 + COLUMNS_SHOWN], first - 1)
    ]


def _without(asked: Asked, key: str, every: Sequence[str]) -> str:
    """The address that hides a column; none when it is the only one, or there are too many."""
    rest = tuple(other for other in every if other != key)
    if not rest or len(rest) > MOST_CHOSEN:
        return ""
    return replace(asked, show=rest).address()


def _state(key: str, sort: str) -> str:
    if sort.lstrip("-") != key:
        return ""
    return "descending" if sort.startswith("-") else "ascending"
