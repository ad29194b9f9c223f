"""What the address of the grid asks for: page, order, filters, text, columns, version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext, gettext_lazy

from accounts.problems import Problem
from datasets.grid.filters import Filter
from datasets.models import Column, Version

# A table may have 2,000 columns; a page of all of them would take seconds to draw.
COLUMNS_SHOWN: Final = 40
MOST_CHOSEN: Final = 100
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
MASKED_OPERATORS: Final = ("missing", "present")


@dataclass(frozen=True)
class Chip:
    """A filter in words, and the address without it."""

    words: str
    without: str


@dataclass(frozen=True)
class Asked:
    """What the address asks for; `version` 0 is the current one, no `show` is every column."""

    number: int = 1
    sort: str = ""
    filters: tuple[Filter, ...] = ()
    text: str = ""
    first_column: int = 1
    show: tuple[str, ...] = ()
    version: int = 0

    @classmethod
    def of(cls, query: QueryDict) -> Asked:
        """Read `?page=&sort=&f=&q=&columns=&show=&version=`; Problem for what means nothing."""
        filters = [Filter.parse(text) for text in query.getlist("f") if text]
        if query.get("column") and query.get("operator"):
            filters.append(
                Filter(
                    column=query.get("column", ""),
                    operator=query.get("operator", ""),
                    value=query.get("value", "").strip(),
                    other=query.get("other", "").strip(),
                )
            )
        return cls(
            number=whole_number(query.get("page", ""), "page"),
            sort=query.get("sort", ""),
            filters=tuple(filters),
            text=query.get("q", "").strip(),
            first_column=whole_number(query.get("columns", ""), "columns"),
            show=_shown(query),
            version=version_number(query),
        )

    def address(self) -> str:
        """The query string that asks for this."""
        query = QueryDict(mutable=True)
        if self.version:
            query["version"] = str(self.version)
        if self.text:
            query["q"] = self.text
        if self.sort:
            query["sort"] = self.sort
        query.setlist("f", [str(chosen) for chosen in self.filters])
        if self.show:
            query["show"] = ".".join(self.show)
        if self.first_column > 1:
            query["columns"] = str(self.first_column)
        if self.number > 1:
            query["page"] = str(self.number)
        return f"?{query.urlencode()}"

    def columns(self, version: Version) -> list[Column]:
        """The columns that may be shown: the chosen ones, else all."""
        every = list(version.columns.all())
        known = {column.key for column in every}
        chosen = [key for key in self.show if key in known]
        return [column for column in every if column.key in chosen] if chosen else every


def _shown(query: QueryDict) -> tuple[str, ...]:
    """The chosen columns, from `show=c1.c3` or from ticked boxes."""
    chosen = [key for text in query.getlist("show") for key in text.split(".") if key]
    if len(chosen) > MOST_CHOSEN:
        raise Problem(
            gettext("%(count)s columns are too many to choose. Tick %(limit)s or fewer.")
            % {"count": len(chosen), "limit": MOST_CHOSEN},
            field="show",
        )
    return tuple(dict.fromkeys(chosen))


def version_number(query: Mapping[str, Any]) -> int:
    """`?version=`; 0 when it is not said."""
    text = str(query.get("version") or "")
    return whole_number(text.removeprefix("v"), "version") if text else 0


def whole_number(text: str, field: str) -> int:
    """A page or row number from the address; Problem unless it is a whole number above 0."""
    if not text:
        return 1
    if not (text.isascii() and text.isdecimal()) or not 0 < len(text) < 16 or int(text) < 1:
        raise Problem(
            gettext("%(text)s is no whole number above 0. Use 1 or more.") % {"text": text[:20]},
            field=field,
        )
    return int(text)


def operators(column: Column) -> Sequence[str]:
    """What may be asked of a column."""
    if column.is_masked:
        return MASKED_OPERATORS
    is_ordered = column.is_number or column.type == Column.Type.DATETIME
    return NUMBER_OPERATORS if is_ordered else TEXT_OPERATORS


def chips(version: Version, asked: Asked) -> list[Chip]:
    """The filters in words, each with the way to take it away."""
    found = []
    for chosen in asked.filters:
        rest = tuple(other for other in asked.filters if other is not chosen)
        words = filter_words(version.column(chosen.column).name, chosen)
        found.append(Chip(words, replace(asked, number=1, filters=rest).address()))
    return found


def filter_words(name: str, chosen: Filter) -> str:
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


def order_words(version: Version, sort: str) -> str:
    """`newest first`, or by which column."""
    if not sort:
        return gettext("in the order of time") if version.time_column else ""
    name = version.column(sort.lstrip("-")).name
    is_down = sort.startswith("-")
    if sort.lstrip("-") == version.time_column:
        return gettext("newest first") if is_down else gettext("oldest first")
    template = gettext("%s, largest first") if is_down else gettext("%s, smallest first")
    return template % name
