"""The data grid: rows as they are stored, paged, sorted and filtered on the server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_safe

from accounts.problems import Problem
from accounts.requests import AuthenticatedHttpRequest
from datasets import rows
from datasets.models import Column, Version
from datasets.views.detail import dataset_frame
from datasets.views.fetching import fetch_dataset
from datasets.views.shown import ShownColumn, aligned, digits, shown_columns

PAGE_SIZE: Final = 100
# A table may have 2,000 columns; a page of all of them would take seconds to draw.
COLUMNS_SHOWN: Final = 40
OPERATOR_WORDS: Final = {
    "eq": gettext_lazy("is"),
    "ne": gettext_lazy("is not"),
    "lt": gettext_lazy("under"),
    "le": gettext_lazy("at most"),
    "gt": gettext_lazy("over"),
    "ge": gettext_lazy("at least"),
    "between": gettext_lazy("between"),
    "contains": gettext_lazy("contains"),
    "starts": gettext_lazy("starts with"),
    "missing": gettext_lazy("is missing"),
    "present": gettext_lazy("is there"),
}
NUMBER_OPERATORS: Final = ("eq", "ne", "lt", "le", "gt", "ge", "between", "missing", "present")
TEXT_OPERATORS: Final = ("eq", "ne", "contains", "starts", "missing", "present")


@dataclass(frozen=True)
class Head:
    """The head of one grid column: what it holds and what may be asked of it."""

    shown: ShownColumn
    state: str
    ascending: str
    descending: str
    operators: list[tuple[str, str]]
    is_minor: bool


@dataclass(frozen=True)
class Chip:
    """A filter in words, and the address without it."""

    words: str
    without: str


@dataclass(frozen=True)
class Cell:
    """One value: missing, a number, or words."""

    value: Any
    kind: str
    is_minor: bool


@dataclass(frozen=True)
class Asked:
    """What the address asks for."""

    number: int
    sort: str
    filters: list[rows.Filter]
    text: str
    first_column: int = 1

    @classmethod
    def of(cls, query: QueryDict) -> Asked:
        """Read `?page=&sort=&f=&q=`; Problem for a filter that means nothing."""
        filters = [rows.Filter.parse(text) for text in query.getlist("f") if text]
        if query.get("column") and query.get("operator"):
            filters.append(
                rows.Filter(
                    column=query.get("column", ""),
                    operator=query.get("operator", ""),
                    value=query.get("value", "").strip(),
                    other=query.get("other", "").strip(),
                )
            )
        return cls(
            number=whole_number(query.get("page", ""), "page"),
            sort=query.get("sort", ""),
            filters=filters,
            text=query.get("q", "").strip(),
            first_column=whole_number(query.get("columns", ""), "columns"),
        )

    def address(self) -> str:
        """The query string that asks for this."""
        query = QueryDict(mutable=True)
        if self.text:
            query["q"] = self.text
        if self.sort:
            query["sort"] = self.sort
        query.setlist("f", [str(chosen) for chosen in self.filters])
        if self.first_column > 1:
            query["columns"] = str(self.first_column)
        if self.number > 1:
            query["page"] = str(self.number)
        return f"?{query.urlencode()}"


@require_safe
def grid(request: AuthenticatedHttpRequest, pk: str) -> HttpResponseBase:
    """`/data/<pk>/rows/`: one page of rows; the card alone when htmx asks for it."""
    dataset = fetch_dataset(request, pk)
    version = dataset.current_version
    if not dataset.is_ready or version is None:
        return redirect(dataset)
    asked = Asked.of(request.GET)
    marked = 0
    if jump := request.GET.get("jump", "").strip():
        marked = find_row(version, jump)
        asked = Asked(number=(marked - 1) // PAGE_SIZE + 1, sort="", filters=[], text="")
    elif request.GET.get("column"):
        return redirect(request.path + asked.address())
    context = {
        **dataset_frame(request, dataset, tab="data"),
        **grid_context(version, asked),
        "marked": marked,
        "jump": jump,
    }
    return _render(request, context)


def _render(request: AuthenticatedHttpRequest, context: dict[str, Any]) -> HttpResponse:
    only_card = request.htmx.target == "grid"
    return render(request, "datasets/_grid.html" if only_card else "datasets/data.html", context)


def grid_context(version: Version, asked: Asked) -> dict[str, Any]:
    """The page of rows and the addresses of its neighbours."""
    page = rows.page(
        version,
        number=asked.number,
        size=PAGE_SIZE,
        sort=asked.sort,
        filters=asked.filters,
        text=asked.text,
    )
    first = min(asked.first_column, max(len(page.columns) - COLUMNS_SHOWN + 1, 1))
    here = replace(asked, number=page.number, first_column=first)
    part = slice(first - 1, first - 1 + COLUMNS_SHOWN)
    return {
        **_columns_context(here, len(page.columns)),
        "page": page,
        "asked": here,
        "heads": _heads(version, here)[part],
        "chips": _chips(version, asked),
        "body": list(zip(page.row_numbers, _cells(page, part), strict=True)),
        "previous": replace(here, number=page.number - 1).address() if page.number > 1 else "",
        "next": replace(here, number=page.number + 1).address() if page.number < page.pages else "",
        "order_words": _order_words(version, asked.sort),
        "page_size": PAGE_SIZE,
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


def find_row(version: Version, text: str) -> int:
    """The number of the row that `Jump to` means: a row number, or the first row of a time."""
    number = text.replace(",", "").replace(" ", "")
    is_year = len(number) == 4 and number.isdecimal() and version.row_count < int(number)
    if number.isdecimal() and not is_year:
        return min(max(int(number[:18]), 1), max(version.row_count, 1))
    if not version.time_column:
        raise Problem(
            gettext("%(text)s is not a row number. Enter 1 to %(rows)s.")
            % {"text": text[:40], "rows": digits(version.row_count)},
            field="jump",
        )
    earlier = rows.Filter(
        column=version.time_column, operator="lt", value=_moment(text).isoformat(sep=" ")
    )
    before = rows.page(version, number=1, size=1, filters=[earlier]).total
    return min(before + 1, max(version.row_count, 1))


def whole_number(text: str, field: str) -> int:
    """A page or row number from the address; Problem unless it is a whole number above 0."""
    if not text:
        return 1
    if not text.isdecimal() or not 0 < len(text) < 16 or int(text) < 1:
        raise Problem(
            gettext("%(text)s is not a page number. Use 1 or more.") % {"text": text[:20]},
            field=field,
        )
    return int(text)


def _moment(text: str) -> datetime:
    if text.isdecimal() and len(text) == 4:
        text = f"{text}-01-01"
    try:
        return datetime.fromisoformat(text.replace(" ", "T", 1)).replace(tzinfo=None)
    except ValueError as wrong:
        raise Problem(
            gettext(
                "%(text)s is neither a row number nor a time. Write 26124, or 2026-11-14 16:00."
            )
            % {"text": text[:40]},
            field="jump",
        ) from wrong


def _heads(version: Version, asked: Asked) -> list[Head]:
    return [
        Head(
            shown=shown,
            state=_state(shown.column, asked.sort),
            ascending=replace(asked, number=1, sort=shown.column.key).address(),
            descending=replace(asked, number=1, sort=f"-{shown.column.key}").address(),
            operators=[(name, str(OPERATOR_WORDS[name])) for name in _operators(shown.column)],
            is_minor=position > 2,
        )
        for position, shown in enumerate(shown_columns(version))
    ]


def _state(column: Column, sort: str) -> str:
    if sort.lstrip("-") != column.key:
        return ""
    return "descending" if sort.startswith("-") else "ascending"


def _operators(column: Column) -> Sequence[str]:
    is_ordered = column.is_number or column.type == Column.Type.DATETIME
    return NUMBER_OPERATORS if is_ordered else TEXT_OPERATORS


def _chips(version: Version, asked: Asked) -> list[Chip]:
    chips = []
    for chosen in asked.filters:
        rest = [other for other in asked.filters if other is not chosen]
        chips.append(
            Chip(
                words=filter_words(version.column(chosen.column).name, chosen),
                without=replace(asked, number=1, filters=rest).address(),
            )
        )
    return chips


def filter_words(name: str, chosen: rows.Filter) -> str:
    """`temp_c under 10`."""
    words = f"{name} {OPERATOR_WORDS[chosen.operator]}"
    if chosen.operator in {"missing", "present"}:
        return words
    if chosen.operator == "between":
        return gettext("%(what)s %(low)s and %(high)s") % {
            "what": words,
            "low": chosen.value,
            "high": chosen.other,
        }
    return f"{words} {chosen.value}"


def _cells(page: rows.Page, part: slice) -> list[list[Cell]]:
    kinds = [_kind(column) for column in page.columns[part]]
    texts = [
        aligned(values) if kind == "number" else [_words(value) for value in values]
        for kind, values in zip(kinds, _columns_of(page, part), strict=True)
    ]
    return [
        [
            Cell(text, "missing" if text is None else kinds[position], position > 2)
            for position, text in enumerate(row)
        ]
        for row in zip(*texts, strict=True)
    ]


def _columns_of(page: rows.Page, part: slice) -> list[list[Any]]:
    positions = range(len(page.columns))[part]
    return [[row[position] for row in page.rows] for position in positions]


def _words(value: Any) -> Any:
    """A time without the parts that say nothing; other values as they are."""
    if not isinstance(value, datetime):
        return value
    text = value.isoformat(sep=" ", timespec="auto" if value.microsecond else "seconds")
    return text.removesuffix(":00") if not value.second and not value.microsecond else text


def _kind(column: Column) -> str:
    if column.is_number:
        return "number"
    return {Column.Type.DATETIME: "time", Column.Type.BOOLEAN: "yes_no"}.get(
        Column.Type(column.type), "text"
    )


def _order_words(version: Version, sort: str) -> str:
    if not sort:
        return gettext("in the order of time") if version.time_column else ""
    name = version.column(sort.lstrip("-")).name
    is_down = sort.startswith("-")
    if sort.lstrip("-") == version.time_column:
        return gettext("newest first") if is_down else gettext("oldest first")
    template = gettext("%s, largest first") if is_down else gettext("%s, smallest first")
    return template % name
