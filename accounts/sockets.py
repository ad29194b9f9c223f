"""WebSocket doors: own origin only, signed in, and still allowed while the line is open."""

import asyncio
import contextlib
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from channels.auth import AuthMiddlewareStack
from channels.db import aclose_old_connections, database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer, AsyncWebsocketConsumer
from channels.routing import URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.utils.crypto import constant_time_compare

from accounts.models.user import User

RECHECK_SECONDS = 5.0
SIGNED_OUT = 4401
NOT_YOURS = 4404


class _SignedInOnly:
    """Refuses the handshake (HTTP 403) of everyone who is not signed in."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Any:
        user = scope.get("user")
        if user is None or not user.is_authenticated or not user.is_active:
            return await _Refusal.as_asgi()(scope, receive, send)
        return await self.inner(scope, receive, send)


class _Refusal(AsyncWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    async def connect(self) -> None:
        await self.close()


def guarded(urlpatterns: Sequence[Any]) -> Any:
    """Return the ASGI application for these WebSocket routes behind all checks.

    A path that is no route is refused like one that is not allowed.
    """
    routes = URLRouter([*urlpatterns, _anything_else()])
    return AllowedHostsOriginValidator(AuthMiddlewareStack(_SignedInOnly(routes)))


def _anything_else() -> Any:
    from django.urls import re_path  # noqa: PLC0415

    return re_path(r"", _Refusal.as_asgi())


class WatchedConsumer(AsyncJsonWebsocketConsumer, ABC):  # type: ignore[misc]  # channels: no types
    """Base of all consumers. Subclasses write `allowed` and `opened`, and `closed` if needed.

    Access is checked before accepting, on each message and every `recheck_seconds`: a signed-out,
    deactivated or no longer allowed person loses the line within that time.
    """

    recheck_seconds = RECHECK_SECONDS
    user: User
    _watch: "asyncio.Task[None] | None" = None

    @abstractmethod
    async def allowed(self, user: User) -> bool:
        """Say whether this person may (still) have this line. `user` is freshly loaded."""

    async def opened(self) -> None:
        """Join groups and send the current state; the line is accepted."""

    async def closed(self) -> None:
        """Leave groups; called once, also when `opened` was not reached."""

    async def received(self, content: Any) -> None:
        """Handle one JSON message from the browser; by default there is nothing to say."""

    async def connect(self) -> None:
        if not await self._still_allowed():
            await self.close(NOT_YOURS)
            return
        await self.accept()
        self._watch = asyncio.ensure_future(self._keep_checking())
        await self.opened()

    async def disconnect(self, code: int) -> None:
        if self._watch is not None:
            self._watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watch
            self._watch = None
        await self.closed()

    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        if await self._still_allowed():
            await self.received(content)
        else:
            await self.close(SIGNED_OUT)

    @classmethod
    async def decode_json(cls, text_data: str) -> Any:
        try:
            return await super().decode_json(text_data)
        except ValueError:
            return None

    async def _keep_checking(self) -> None:
        while True:
            await asyncio.sleep(self.recheck_seconds)
            if not await self._still_allowed():
                await self.close(SIGNED_OUT)
                return

    async def _still_allowed(self) -> bool:
        user = await database_sync_to_async(signed_in_user)(self.scope)
        if user is None:
            return False
        self.user = user
        try:
            return await self.allowed(user)
        finally:
            # Async ORM calls would otherwise keep a connection for as long as the line is open.
            await aclose_old_connections()


def signed_in_user(scope: dict[str, Any]) -> User | None:
    """Return the scope's person as the database knows them now, or None when signed out.

    The session is read again, so that logging out elsewhere and new passwords count.
    """
    person = scope.get("user")
    if not isinstance(person, User):
        return None
    user = User.objects.filter(pk=person.pk, is_active=True).first()
    session = scope.get("session")
    if user is None or session is None or not session.session_key:
        return user
    kept = SessionStore(session.session_key).load().get(HASH_SESSION_KEY, "")
    return user if constant_time_compare(kept, user.get_session_auth_hash()) else None
