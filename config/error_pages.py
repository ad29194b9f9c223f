"""Pages for errors that no view handles; programs get the same in the API's shape."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from rest_framework import status

from accounts.problem_pages import wants_json
from config import api_errors

RETRY_AFTER_SECONDS = 60


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the request itself is broken."""
    return _page(request, status.HTTP_400_BAD_REQUEST, _("This request could not be read."))


def not_allowed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: signed in, but this is not for this person."""
    return _page(request, status.HTTP_403_FORBIDDEN, _("You may not do this."))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: does not exist, or belongs to someone else."""
    return _page(
        request,
        status.HTTP_404_NOT_FOUND,
        _("There is nothing here, or it is not yours to see."),
    )


def too_many_requests(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """429, with the time to wait."""
    answer = _page(
        request,
        status.HTTP_429_TOO_MANY_REQUESTS,
        _("Too many tries. Wait a minute, then try again."),
    )
    answer.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return answer


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form is too old or comes from another site."""
    return _page(
        request,
        status.HTTP_403_FORBIDDEN,
        _("This form is out of date. Reload the page and send it again."),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """500: logged with the request id; nothing about the cause is shown."""
    return _page(
        request,
        status.HTTP_500_INTERNAL_SERVER_ERROR,
        _("Something went wrong on our side. It has been logged; try again."),
    )


_CODES = {400: "bad_request", 403: "not_allowed", 404: "not_found", 429: "throttled", 500: "error"}


def _page(request: HttpRequest, code: int, words: Promise) -> HttpResponse:
    """The page in the reader's language, even when the request broke before it was found."""
    language = getattr(request, "LANGUAGE_CODE", "") or translation.get_language_from_request(
        request
    )
    with translation.override(language):
        return _said(request, code, str(words))


def _said(request: HttpRequest, code: int, message: str) -> HttpResponse:
    if wants_json(request):
        if code == status.HTTP_404_NOT_FOUND:
            return JsonResponse(api_errors.not_found(), status=code)
        body = {"code": _CODES[code], "message": message, "field": "", "hint": ""}
        return JsonResponse({"error": body}, status=code)
    return render(request, f"{code}.html", {"message": message, "status": code}, status=code)
