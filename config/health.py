"""Two open questions: is the process alive, and can it do its work?"""

import uuid
from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError


@login_not_required
@never_cache
@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """200 as long as the process answers; asks nobody else."""
    return JsonResponse({"status": "ok"})


@login_not_required
@never_cache
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """200 when database, cache and storage answer, else 503 with which of them does not."""
    parts = {name: probe() for name, probe in _PROBES.items()}
    is_ready = all(parts.values())
    body = {name: "ok" if works else "failed" for name, works in parts.items()}
    status = "ok" if is_ready else "failed"
    return JsonResponse({"status": status, **body}, status=200 if is_ready else 503)


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _redis() -> bool:
    try:
        cache.get("ready")
    except RedisError:
        return False
    return True


def _storage() -> bool:
    try:
        # A name that cannot exist: the store must answer, not hold anything.
        default_storage.exists(f"ready-{uuid.uuid4().hex}")
    except OSError:
        return False
    return True


_PROBES: dict[str, Callable[[], bool]] = {
    "database": _database,
    "redis": _redis,
    "storage": _storage,
}
