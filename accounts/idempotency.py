"""`Idempotency-Key` on creations: the same request sent twice makes one thing."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from accounts.models.idempotency import IdempotencyKey
from accounts.problems import Conflict, Problem
from accounts.requests import AuthenticatedApiRequest

HEADER = "Idempotency-Key"
KEPT = timedelta(hours=24)
GIVEN_UP = timedelta(minutes=5)
MAX_LENGTH = 200


def answer_once(request: AuthenticatedApiRequest, make: Callable[[], Response]) -> Response:
    """Return `make()`'s answer, or the stored one if this person sent this key before.

    Without the header it just calls `make`. Only answers below 400 are kept (24 h); after a
    failure the key is free again. Raises Problem when the key was used for another request and
    Conflict while the first one is still running.
    """
    key = request.headers.get(HEADER, "")
    if not key:
        return make()
    if len(key) > MAX_LENGTH or not key.isprintable():
        raise Problem(
            _("The Idempotency-Key is too long or not plain text. Send up to 200 characters."),
            code="idempotency_key_invalid",
        )
    claimed, kept = _claim(request, key)
    if not claimed:
        return _replay(kept, _fingerprint(request))
    return _keep(kept, make)


def _claim(request: AuthenticatedApiRequest, key: str) -> tuple[bool, IdempotencyKey]:
    mine = IdempotencyKey.objects.filter(owner=request.user)
    now = timezone.now()
    mine.filter(created_at__lt=now - KEPT).delete()
    mine.filter(key=key, status__isnull=True, created_at__lt=now - GIVEN_UP).delete()
    try:
        with transaction.atomic():
            row = IdempotencyKey.objects.create(
                owner=request.user, key=key, fingerprint=_fingerprint(request)
            )
    except IntegrityError:
        return False, mine.get(key=key)
    return True, row


def _keep(row: IdempotencyKey, make: Callable[[], Response]) -> Response:
    try:
        response = make()
    except BaseException:
        row.delete()
        raise
    if response.status_code >= status.HTTP_400_BAD_REQUEST:
        row.delete()
        return response
    row.status = response.status_code
    row.body = json.loads(JSONRenderer().render(response.data)) if response.data else None
    row.save(update_fields=["status", "body"])
    return response


def _replay(row: IdempotencyKey, fingerprint: str) -> Response:
    if row.fingerprint != fingerprint:
        raise Problem(
            _("This Idempotency-Key was used for another request. Use a new key."),
            code="idempotency_key_reused",
        )
    if row.status is None:
        raise Conflict(
            _("The first request with this Idempotency-Key is still running. Ask again shortly."),
            code="idempotency_key_busy",
        )
    return Response(row.body, status=row.status, headers={"Idempotency-Replayed": "true"})


def _fingerprint(request: AuthenticatedApiRequest) -> str:
    parts = [request.method or "", request.get_full_path(), json.dumps(_plain(request.data))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _plain(data: Any) -> Any:
    if hasattr(data, "lists"):
        return sorted((name, [_plain(value) for value in values]) for name, values in data.lists())
    if isinstance(data, dict):
        return sorted((str(name), _plain(value)) for name, value in data.items())
    if isinstance(data, list):
        return [_plain(value) for value in data]
    if hasattr(data, "chunks"):
        return [str(data.name), data.size]
    return data if data is None or isinstance(data, bool | int | float) else str(data)
