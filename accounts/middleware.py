"""What happens around every request: its id, the person's language, headers, problems."""

import logging
import re
import time
import uuid
from collections.abc import Awaitable, Callable
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import resolve_url
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin
from redis.exceptions import RedisError

from accounts import tracing
from accounts.models.user import User
from accounts.problem_pages import problem_response
from accounts.problems import Problem

log = logging.getLogger("almanac.requests")
_SAFE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "camera",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "payment",
        "usb",
        "browsing-topics",
    )
)
Handler = Callable[[HttpRequest], HttpResponseBase]
AsyncHandler = Callable[[HttpRequest], Awaitable[HttpResponseBase]]


class _Around:
    """A middleware of two plain steps that costs no thread switch in async mode."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Handler | AsyncHandler) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if self.is_async:
            return self._call_async(request)
        note = self.before(request)
        response = cast("Handler", self.get_response)(request)
        return self.after(request, response, note)

    async def _call_async(self, request: HttpRequest) -> HttpResponseBase:
        note = self.before(request)
        response = await cast("AsyncHandler", self.get_response)(request)
        return self.after(request, response, note)

    def before(self, request: HttpRequest) -> Any:
        """Look at the request; what is returned comes back in `after`."""

    def after(
        self, request: HttpRequest, response: HttpResponseBase, note: Any
    ) -> HttpResponseBase:
        """Look at the answer and return it."""
        return response


class RequestIdMiddleware(_Around):
    """Gives each request an id (a proxy's `X-Request-ID` if it is a plain one) and a log line."""

    def before(self, request: HttpRequest) -> float:
        given = request.headers.get("X-Request-ID", "")
        name = given if _SAFE_ID.fullmatch(given) else uuid.uuid4().hex
        tracing.request_id.set(name)
        tracing.user_id.set("")
        return time.perf_counter()

    def after(
        self, request: HttpRequest, response: HttpResponseBase, note: float
    ) -> HttpResponseBase:
        response.headers["X-Request-ID"] = tracing.request_id.get()
        log.info(
            "%s %s %s",
            request.method,
            request.path,
            response.status_code,
            extra={
                "method": request.method,
                "path": request.path,
                "status": response.status_code,
                "milliseconds": round((time.perf_counter() - note) * 1000, 1),
            },
        )
        return response


class BrowserPoliciesMiddleware(_Around):
    """Headers that Django has no setting for."""

    def after(
        self, request: HttpRequest, response: HttpResponseBase, note: Any
    ) -> HttpResponseBase:
        response.headers.setdefault("Permissions-Policy", _PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


class PreferencesMiddleware(MiddlewareMixin):
    """Answers in the person's language and time zone; signed out, in the browser's language."""

    def process_request(self, request: HttpRequest) -> None:
        user = request.user
        language = user.language if isinstance(user, User) else ""
        language = language or translation.get_language_from_request(request)
        translation.activate(language)
        request.LANGUAGE_CODE = translation.get_language() or settings.LANGUAGE_CODE
        if isinstance(user, User):
            tracing.user_id.set(str(user.pk))
            _note_seen(request)
            if user.timezone:
                timezone.activate(user.timezone)
                return
        timezone.deactivate()

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        response.headers.setdefault("Content-Language", translation.get_language() or "en")
        return response


class SignInMiddleware(LoginRequiredMiddleware):
    """Django's closed door; a fragment asked for by htmx sends the whole page to sign-in."""

    def handle_no_permission(  # type: ignore[override]  # a fragment gets no redirect
        self, request: HttpRequest, view_func: Callable[..., Any]
    ) -> HttpResponseBase:
        if request.headers.get("HX-Request") != "true":
            return super().handle_no_permission(request, view_func)
        page = urlsplit(request.headers.get("HX-Current-URL", "")).path or "/"
        back = urlencode({"next": page})
        return HttpResponse(
            status=401, headers={"HX-Redirect": f"{resolve_url(settings.LOGIN_URL)}?{back}"}
        )


class ProblemMiddleware(_Around):
    """Turns a `Problem` raised by a page into a page, a notice (htmx) or JSON (API)."""

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponseBase | None:
        """Answer for problems; let everything else go on to the log."""
        return problem_response(request, exception) if isinstance(exception, Problem) else None


def seen_key(session_key: str) -> str:
    """Where the cache keeps the last time a session was used."""
    return f"session-seen:{session_key}"


def _note_seen(request: HttpRequest) -> None:
    try:
        cache.set(
            seen_key(request.session.session_key or ""),
            timezone.now().isoformat(),
            settings.SESSION_COOKIE_AGE,
        )
    except RedisError:
        log.warning("The cache does not answer; the session's last use is not noted.")
