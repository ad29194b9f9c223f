"""What to do about a refused request, by the code of what was wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions

# The page of the route `api-docs`.
API_PAGE: Final = "/api/"
_OF_FIELDS = {
    "required": _("Add it to what you send."),
    "blank": _("Send a text that is not empty."),
    "null": _("Send a value, or leave the field out."),
    "not_a_list": _("Send a list, as in [1, 2]."),
    "not_a_dict": _("Send a JSON object in its place."),
}


def remedy(
    error: exceptions.APIException, context: Mapping[str, Any], code: str, field: str
) -> str:
    """The hint of an error that DRF raised; "" where its own sentence says what to do."""
    if isinstance(error, exceptions.NotAuthenticated):
        return gettext("Send a personal token: Authorization: Token alm_…")
    if isinstance(error, exceptions.ParseError):
        return gettext('Send one whole JSON document in UTF-8, such as {"name": "Load"}.')
    if isinstance(error, exceptions.UnsupportedMediaType):
        return _named(gettext("Send it as: %(known)s."), _media_types(context))
    if isinstance(error, exceptions.MethodNotAllowed):
        return _named(gettext("Use one of: %(known)s."), _methods(context))
    if isinstance(error, exceptions.ValidationError):
        return _of_input(code, field)
    return ""


def _of_input(code: str, field: str) -> str:
    if not field and code in {"invalid", "null"}:
        return gettext('Send a JSON object, such as {"name": "Load"}.')
    if code in _OF_FIELDS:
        return str(_OF_FIELDS[code])
    return gettext("%(address)s shows what may be sent.") % {"address": API_PAGE}


def _named(sentence: str, known: list[str]) -> str:
    return sentence % {"known": ", ".join(known)} if known else ""


def _media_types(context: Mapping[str, Any]) -> list[str]:
    """What the parsers of this address read; one that reads anything refuses nothing."""
    parsers = getattr(context.get("view"), "parser_classes", ())
    return [parser.media_type for parser in parsers if parser.media_type != "*/*"]


def _methods(context: Mapping[str, Any]) -> list[str]:
    known: list[str] = getattr(context.get("view"), "allowed_methods", [])
    return [method for method in known if method not in {"HEAD", "OPTIONS"}]
