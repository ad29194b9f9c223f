"""Keyset paging, for the API and for HTML lists: page 1,000 costs as much as page 1."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.db.models import Q
from django.http import HttpRequest
from rest_framework.pagination import CursorPagination

Row = TypeVar("Row", bound=models.Model)
NEWEST_FIRST = ("-created_at", "-id")


class KeysetPagination(CursorPagination):
    """`?cursor=…`, `?page_size=` up to 200; answers `next`, `previous`, `results`."""

    ordering = NEWEST_FIRST
    page_size_query_param = "page_size"
    max_page_size = 200


@dataclass(frozen=True)
class KeysetPage(Generic[Row]):
    """One page of an HTML list; the URLs are query strings (`?after=…`), or None at the ends."""

    rows: list[Row]
    next: str | None
    previous: str | None


def keyset_page(
    queryset: models.QuerySet[Row],
    request: HttpRequest,
    order: Sequence[str] = NEWEST_FIRST,
    size: int = 50,
) -> KeysetPage[Row]:
    """Return the page that `?after=` or `?before=` asks for; other query parameters are kept.

    `order` names non-null fields or annotations, the last one unique; a cursor that makes no sense
    is page one.
    """
    backwards = "before" in request.GET
    cursor = _decode(request.GET.get("before") or request.GET.get("after") or "", queryset, order)
    direction = _flipped(order) if backwards and cursor else list(order)
    chosen = queryset.order_by(*direction)
    if cursor:
        chosen = chosen.filter(_beyond(direction, cursor))
    rows = list(chosen[: size + 1])
    has_more, rows = len(rows) > size, rows[:size]
    if backwards and cursor:
        rows.reverse()
        return _page(rows, request, order, has_next=True, has_previous=has_more)
    return _page(rows, request, order, has_next=has_more, has_previous=bool(cursor))


def _page(
    rows: list[Row],
    request: HttpRequest,
    order: Sequence[str],
    *,
    has_next: bool,
    has_previous: bool,
) -> KeysetPage[Row]:
    def url(name: str, row: Row) -> str:
        query = request.GET.copy()
        for old in ("after", "before"):
            query.pop(old, None)
        query[name] = _encode(row, order)
        return f"?{query.urlencode()}"

    return KeysetPage(
        rows=rows,
        next=url("after", rows[-1]) if rows and has_next else None,
        previous=url("before", rows[0]) if rows and has_previous else None,
    )


def _flipped(order: Sequence[str]) -> list[str]:
    return [name[1:] if name.startswith("-") else f"-{name}" for name in order]


def _beyond(order: Sequence[str], cursor: list[Any]) -> Q:
    """(a, b) beyond (x, y): a beyond x, or a = x and b beyond y, for each direction."""
    condition, equal = Q(), Q()
    for name, value in zip(order, cursor, strict=True):
        field, sign = name.lstrip("-"), "lt" if name.startswith("-") else "gt"
        condition |= equal & Q(**{f"{field}__{sign}": value})
        equal &= Q(**{field: value})
    return condition


def _encode(row: models.Model, order: Sequence[str]) -> str:
    values = [getattr(row, name.lstrip("-")) for name in order]
    text = json.dumps([v.isoformat() if hasattr(v, "isoformat") else str(v) for v in values])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _field(queryset: models.QuerySet[Any], name: str) -> Any:
    made = queryset.query.annotations.get(name)
    return queryset.model._meta.get_field(name) if made is None else made.output_field  # noqa: SLF001


def _decode(text: str, queryset: models.QuerySet[Any], order: Sequence[str]) -> list[Any]:
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
        values = json.loads(raw)
        if not isinstance(values, list) or len(values) != len(order):
            return []
        if not all(isinstance(value, str) for value in values):
            return []
        return [
            _field(queryset, name.lstrip("-")).to_python(value)
            for name, value in zip(order, values, strict=True)
        ]
    except (binascii.Error, ValueError, ValidationError, FieldDoesNotExist, RecursionError):
        return []
