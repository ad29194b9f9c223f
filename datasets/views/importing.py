"""The column mapper: what was understood of a file, to be corrected or imported as it is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final
from zoneinfo import available_timezones

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.audit import record
from accounts.ownership import fetch_editable
from accounts.problems import NotAllowed, Problem
from accounts.requests import AuthenticatedHttpRequest
from datasets.frequency_words import frequency_words
from datasets.mapping import choosing, sentences
from datasets.mapping.understood import MappedColumn, Understood, understood
from datasets.models import Column, Dataset
from datasets.receiving import staging, uploads
from datasets.sniffing.options import ENCODINGS, FREQUENCIES
from datasets.views.detail import dataset_frame
from datasets.views.shown import aligned

# Columns on one page of the mapper; a form may have a thousand fields.
COLUMNS_SHOWN: Final = 150
# A file read faster than this is read again at every change.
QUICK_SECONDS: Final = 4.0
_PLAIN: Final = (
    "date_order", "decimal", "zone", "delimiter", "encoding", "sheet", "repeated", "frequency",
)  # fmt: skip


@dataclass(frozen=True)
class Cell:
    """One cell of the preview."""

    text: str
    kind: str


@require_http_methods(["GET", "HEAD", "POST"])
def mapper(request: AuthenticatedHttpRequest, pk: str) -> HttpResponseBase:
    """`/data/<pk>/import/`: one press imports; every choice is shown with its evidence."""
    dataset = _fetch(request, pk)
    if not dataset.is_reviewed:
        return redirect(dataset)
    if request.method == "POST":
        try:
            return _act(request, dataset)
        except Problem as problem:
            if problem.status != 422:
                raise
            staged = _staged(dataset)
            if staged is None:
                raise
            return _page(request, dataset, staged, problem=problem)
    if dataset.is_being_read:
        context = dataset_frame(request, dataset, tab="") | {"then": dataset.import_url}
        return render(request, "datasets/arriving.html", context)
    staged = _staged(dataset)
    if staged is not None:
        return _page(request, dataset, staged)
    if dataset.status != Dataset.Status.ERROR:
        # What was read is gone, the file is not.
        uploads.again(dataset)
    return redirect(dataset)


@require_POST
def discard(request: AuthenticatedHttpRequest, pk: str) -> HttpResponseBase:
    """Forget a file that was never imported; only its owner may."""
    dataset = _fetch(request, pk)
    if dataset.owner_id != request.user.pk:
        raise NotAllowed(gettext("Only its owner can discard this file. Ask them to do it."))
    if not dataset.is_reviewed:
        return redirect(dataset)
    name = dataset.filename
    record(request.user, "dataset.deleted", dataset, name=name)
    uploads.delete(dataset)
    messages.success(request, gettext("%s was discarded. Nothing of it is kept.") % name)
    is_next = request.POST.get("next") == "upload"
    return redirect("datasets:upload" if is_next else "datasets:list")


def _fetch(request: AuthenticatedHttpRequest, pk: str) -> Dataset:
    found = Dataset.objects.select_related("owner", "job")
    return fetch_editable(found, request.user, pk=pk)


def _act(request: AuthenticatedHttpRequest, dataset: Dataset) -> HttpResponseBase:
    action = request.POST.get("action", "import")
    if action == "reset":
        choosing.read_as_found(dataset)
        return redirect(dataset.import_url)
    staged = _staged(dataset)
    if staged is None:
        return redirect(dataset)
    options = choosing.merged(dataset, staged, _said(request))
    if name := request.POST.get("dataset_name", "").strip():
        uploads.rename(dataset, name=name)
    if action == "read":
        choosing.apply(dataset, options)
        return redirect(f"{dataset.import_url}{_window_query(request)}")
    if choosing.import_after_reading(dataset, options) is None:
        choosing.import_now(dataset)
        messages.success(request, gettext("%s was imported.") % dataset.name)
        return redirect(dataset)
    return redirect(dataset.import_url)


def _window_query(request: AuthenticatedHttpRequest) -> str:
    first = request.POST.get("from", "")
    return f"?from={first}" if first.isdecimal() and first != "0" else ""


def _said(request: AuthenticatedHttpRequest) -> dict[str, Any]:
    """The fields of the form as reading options."""
    post = request.POST
    columns: dict[str, dict[str, str]] = {}
    for field, value in post.items():
        what, _, key = field.partition("-")
        if what in {"name", "role", "type", "failing", "words"} and key:
            columns.setdefault(key, {})[what] = str(value)
    said: dict[str, Any] = {"columns": columns}
    said |= {name: post[name] for name in _PLAIN if name in post}
    if said.get("delimiter") == "tab":
        said["delimiter"] = "\t"
    if post.get("header") in {"yes", "no"}:
        said["header"] = post["header"] == "yes"
    if post.get("layout") in {"wide", "long"}:
        said["layout"] = post["layout"]
    return said


def _staged(dataset: Dataset) -> staging.Staged | None:
    try:
        return staging.load(dataset)
    except FileNotFoundError:
        return None


def _page(
    request: AuthenticatedHttpRequest,
    dataset: Dataset,
    staged: staging.Staged,
    *,
    problem: Problem | None = None,
) -> HttpResponse:
    found = understood(dataset, staged)
    first = _first(request, len(found.columns))
    shown = found.columns[first : first + COLUMNS_SHOWN]
    if problem:
        shown = [_as_typed(column, request) for column in shown]
    context = {
        **_words(found, dataset),
        "section": "data",
        "dataset": dataset,
        "found": found,
        "columns": _rows(shown, found),
        "windows": _windows(len(found.columns), first),
        "first": first,
        "previews": _previews(found),
        "problem": problem,
        "failed": dataset.last_failure,
        "is_quick": found.seconds <= QUICK_SECONDS,
        "import_seconds": max(1, round(len(found.columns) / 500)),
    }
    return render(request, "datasets/mapper.html", context, status=422 if problem else 200)


def _first(request: AuthenticatedHttpRequest, count: int) -> int:
    said = request.POST.get("from") or request.GET.get("from") or "0"
    wanted = int(said) if said.isdecimal() and len(said) < 6 else 0
    return wanted // COLUMNS_SHOWN * COLUMNS_SHOWN if wanted < count else 0


def _windows(count: int, first: int) -> list[dict[str, Any]]:
    if count <= COLUMNS_SHOWN:
        return []
    starts = range(0, count, COLUMNS_SHOWN)
    return [
        {
            "start": start,
            "words": f"{start + 1:,}–{min(start + COLUMNS_SHOWN, count):,}",
            "is_shown": start == first,
        }
        for start in starts
    ]


def _as_typed(column: MappedColumn, request: AuthenticatedHttpRequest) -> MappedColumn:
    """What somebody typed stays in the form while they correct it."""
    post = request.POST
    return replace(
        column,
        name=post.get(f"name-{column.key}", column.name),
        role=post.get(f"role-{column.key}", column.role),
    )


def _rows(shown: list[MappedColumn], found: Understood) -> list[dict[str, Any]]:
    """The columns with their words; the first with cells that were not read stands open."""
    failing = [column.key for column in shown if column.unread and not column.is_left_out]
    opened = failing[:1]
    return [{**_with_words(column, found), "is_open": column.key in opened} for column in shown]


def _with_words(column: MappedColumn, found: Understood) -> dict[str, Any]:
    kind = "text" if column.type == "empty" else column.type
    return {
        "column": column,
        "roles": list(sentences.ROLES.items()),
        "types": list(sentences.TYPES.items()),
        "type": kind,
        "not_read": sentences.not_read_words(kind, column.unread, found.rows),
        "failings": list(sentences.FAILING.items()),
        "words": list(sentences.WORDS.items()),
        "is_time": column.role == Column.Role.TIME,
    }


def _words(found: Understood, dataset: Dataset) -> dict[str, Any]:
    decisions = found.decisions
    orders = [(order, sentences.ORDERS[order]) for order in decisions.date_orders]
    return {
        "headline": sentences.series_words(found),
        "start": sentences.moment(found.start),
        "end": sentences.moment(found.end),
        "city": sentences.city(decisions.zone) if decisions.zone_facts else "",
        "questions": sentences.questions(found),
        "noticed": found.noticed,
        "decisions": decisions,
        "orders": orders,
        "order_hint": sentences.order_words(decisions),
        "decimal_hint": sentences.decimal_words(decisions),
        "zone_hint": sentences.zone_words(decisions),
        "zones": sorted(zone for zone in available_timezones() if "/" in zone),
        "my_zone": dataset.owner.timezone,
        "repeated": list(sentences.REPEATED.items()),
        "steps": [
            (step, frequency_words(step) if step else gettext("Not known: number them"))
            for step in FREQUENCIES
        ],
        "delimiters": list(sentences.DELIMITERS.items()),
        "delimiter_word": sentences.DELIMITERS.get(decisions.delimiter, decisions.delimiter),
        "encodings": [(name, sentences.ENCODINGS.get(name, name.upper())) for name in ENCODINGS],
        "is_listed_encoding": decisions.encoding in ENCODINGS,
        "encoding_word": sentences.ENCODINGS.get(decisions.encoding, decisions.encoding.upper()),
        "personal": sum(column.is_personal for column in found.columns),
    }


def _previews(found: Understood) -> list[dict[str, Any]]:
    labels = {"first": gettext("First"), "last": gettext("Last"), "unread": gettext("Not read")}
    return [
        {"key": key, "label": label, "rows": _preview_rows(found, found.preview.get(key, []))}
        for key, label in labels.items()
    ]


def _preview_rows(found: Understood, rows: list[list[Any]]) -> list[list[Cell]]:
    columns = [
        _preview_column(column, [row[place] for row in rows])
        for place, column in enumerate(found.preview_columns)
    ]
    return [list(row) for row in zip(*columns, strict=True)]


def _preview_column(column: MappedColumn, cells: list[Any]) -> list[Cell]:
    if column.is_personal:
        return [Cell("", "missing" if cell is None else "masked") for cell in cells]
    if column.type in {"number", "empty"}:
        numbers = aligned([None if cell is None else float(cell) for cell in cells])
        return [Cell(text or "", "number" if text else "missing") for text in numbers]
    return [_preview_cell(cell) for cell in cells]


def _preview_cell(cell: Any) -> Cell:
    if cell is None:
        return Cell("", "missing")
    if isinstance(cell, bool):
        return Cell(gettext("yes") if cell else gettext("no"), "text")
    text = str(cell)
    is_time = len(text) >= 19 and text[10:11] == "T"
    return Cell(text.replace("T", " ").removesuffix(":00") if is_time else text, "text")
