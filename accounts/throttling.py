"""Rate limits of the API, counted in Redis.

When Redis does not answer, reading stays open and signing in stays shut.
"""

import logging
import math
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.utils.translation import gettext
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import AnonRateThrottle, ScopedRateThrottle, UserRateThrottle

from accounts.problems import TooBusy

if TYPE_CHECKING:
    # DRF loads this module while its views are being imported.
    from rest_framework.views import APIView

log = logging.getLogger(__name__)
SHUT_WITHOUT_REDIS = frozenset({"login", "refresh"})


class AnonymousThrottle(AnonRateThrottle):
    """Per address, for requests without a sign-in."""

    def allow_request(self, request: Request, view: "APIView") -> bool:
        """Count and decide; open when Redis is away."""
        try:
            return super().allow_request(request, view)
        except RedisError:
            log.warning("Redis does not answer: requests are not being counted.")
            return True


class PersonThrottle(UserRateThrottle):
    """Per signed-in person."""

    def allow_request(self, request: Request, view: "APIView") -> bool:
        """Count and decide; open when Redis is away."""
        try:
            return super().allow_request(request, view)
        except RedisError:
            log.warning("Redis does not answer: requests are not being counted.")
            return True


class ScopeThrottle(ScopedRateThrottle):
    """Per `throttle_scope` of a view: login, refresh, upload, export."""

    def allow_request(self, request: Request, view: "APIView") -> bool:
        """Count and decide; without Redis only the sign-in scopes are shut."""
        try:
            return super().allow_request(request, view)
        except RedisError:
            log.warning("Redis does not answer: requests are not being counted.")
            return getattr(view, "throttle_scope", None) not in SHUT_WITHOUT_REDIS

    def wait(self) -> float | None:
        """Seconds until the next try; a minute when nothing could be counted."""
        return super().wait() if hasattr(self, "now") else 60.0


def require_rate(request: HttpRequest, scope: str) -> None:
    """Count a request of a page together with those of the API; TooBusy over the limit."""
    throttle = ScopeThrottle()
    view: Any = SimpleNamespace(throttle_scope=scope)
    counted: Any = request
    if throttle.allow_request(counted, view):
        return
    seconds = max(1, math.ceil(throttle.wait() or 60))
    raise TooBusy(
        gettext("Too many requests. Try again in %(seconds)s s.") % {"seconds": seconds},
        retry_after=seconds,
        code="throttled",
    )
