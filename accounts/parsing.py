"""How the API reads a body: its names are those that the description of the operation has."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import IO, TYPE_CHECKING, Any, Final

from rest_framework.parsers import FormParser, JSONParser

from accounts.known_names import FREE, Names, names_of, refuse_unknown

if TYPE_CHECKING:
    # Views are built from parsers, so nothing of them is here when this is read.
    from drf_spectacular.openapi import AutoSchema
    from rest_framework.views import APIView

_JSON: Final = "application/json"
_READ_BY_NOBODY: Final = frozenset({"GET", "HEAD", "OPTIONS", "DELETE"})
# What forms bring along for the page they stand on.
_OF_PAGES: Final = frozenset({"csrfmiddlewaretoken", "_content", "_content_type"})


class KnownNamesParser(JSONParser):
    """JSON whose names are known; see `accounts.known_names`."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Read, then look at the names before anybody acts on the values."""
        data = super().parse(stream, media_type, parser_context)
        _check(data, parser_context)
        return data


class KnownNamesFormParser(FormParser):
    """The same for what is sent as a form."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Read, then look at the names."""
        data = super().parse(stream, media_type, parser_context)
        _check(dict.fromkeys(name for name in data if name not in _OF_PAGES), parser_context)
        return data


def refuse_body(view: APIView) -> None:
    """Look at the body of an operation that takes none: nothing else would ever read it."""
    if view.request.method not in _READ_BY_NOBODY and _names_for(view) == Names():
        _ = view.request.data


def _check(data: Any, context: Mapping[str, Any] | None) -> None:
    view = (context or {}).get("view")
    if view is not None and data and view.request.method not in _READ_BY_NOBODY:
        refuse_unknown(data, _names_for(view), changes=view.request.method != "POST")


def _names_for(view: APIView) -> Names:
    kind: Any = type(view)
    method = str(view.request.method)
    return names_of_operation(kind, getattr(view, "action", None) or method.lower(), method)


@cache
def names_of_operation(view_class: Any, action: str, method: str) -> Names:
    """The names that the description of an operation has; `action` is that of the viewset."""
    view = view_class()
    view.action, view.kwargs, view.request, view.format_kwarg = action, {}, None, None
    described: Any = _schema(view, action, method).get_request_serializer()
    if isinstance(described, Mapping):
        described = described.get(_JSON, FREE)
    if described is None or hasattr(described, "to_internal_value"):
        return names_of(described)
    return FREE


def _schema(view: Any, action: str, method: str) -> AutoSchema:
    """What describes the operation, as the generator of the document finds it."""
    kept = getattr(getattr(view, action), "kwargs", {}).get("schema") or type(view).schema
    schema: AutoSchema = kept() if isinstance(kept, type) else type(kept)()
    schema.view, schema.method, schema.path = view, method, ""
    return schema
