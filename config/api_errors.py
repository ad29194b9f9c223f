"""Every error of the API in one shape: {"error": {"code", "message", "field", "hint"}}."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import exception_handler, set_rollback

from accounts.problem_pages import problem_headers, problem_json
from accounts.problems import Problem
from config.api_remedies import remedy


def handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler; None (a logged 500) for what nobody foresaw."""
    if isinstance(error, Problem):
        set_rollback()
        return Response(problem_json(error), status=error.status, headers=problem_headers(error))
    response = exception_handler(error, context)
    if response is None:
        return None
    response.data = _shape(error, context)
    return response


def _shape(error: Exception, context: dict[str, Any]) -> dict[str, dict[str, str]]:
    if isinstance(error, Http404 | exceptions.NotFound):
        return not_found()
    if isinstance(error, PermissionDenied | exceptions.PermissionDenied):
        hint = gettext("Ask its owner, or an administrator.")
        return _error("not_allowed", gettext("You may not do this."), hint=hint)
    if isinstance(error, exceptions.Throttled):
        return throttled(getattr(error, "wait", None))
    if isinstance(error, exceptions.APIException):
        return _api_error(error, context)
    return _error("error", str(error))


def _api_error(
    error: exceptions.APIException, context: dict[str, Any]
) -> dict[str, dict[str, str]]:
    field, detail = _first(error.detail)
    field = field if isinstance(error, exceptions.ValidationError) else ""
    code = _code(detail)
    return _error(code, str(detail), field=field, hint=remedy(error, context, code, field))


def not_found() -> dict[str, dict[str, str]]:
    """The same words whether a thing does not exist or belongs to someone else."""
    return _error(
        "not_found",
        gettext("There is nothing here, or it is not yours to see."),
        hint=gettext("Check the address and its ids, or ask the owner to share it with you."),
    )


def throttled(wait: float | None) -> dict[str, dict[str, str]]:
    """What a 429 says; `wait` in seconds."""
    seconds = max(1, round(wait or 60))
    message = gettext("Too many requests. Try again in %(seconds)s s.") % {"seconds": seconds}
    return _error("throttled", message)


def _error(
    code: str, message: str, *, field: str = "", hint: str = ""
) -> dict[str, dict[str, str]]:
    return {"error": {"code": code, "message": message, "field": field, "hint": hint}}


def _first(detail: Any, field: str = "") -> tuple[str, Any]:
    """The first message in DRF's nested lists and dictionaries, and the path of its field."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            if name == api_settings.NON_FIELD_ERRORS_KEY or name in {"detail", "messages"}:
                return _first(inner, field)
            return _first(inner, f"{field}.{name}" if field else str(name))
    if isinstance(detail, list | tuple):
        for position, inner in enumerate(detail):
            if not inner:
                continue
            nested = isinstance(inner, Mapping)
            return _first(inner, f"{field}.{position}" if nested and field else field)
    return field, detail


def _code(detail: Any) -> str:
    return str(getattr(detail, "code", None) or "invalid")
