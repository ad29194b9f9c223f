"""The line of one person: the state of their bell at once, then at every ring."""

from __future__ import annotations

import asyncio
from functools import cached_property
from typing import Any

from channels.db import database_sync_to_async
from django.http import HttpRequest
from django.http.cookie import parse_cookie
from django.utils import translation

from accounts.models.user import User
from accounts.notifying import live
from accounts.sockets import WatchedConsumer

# Many things may happen in one moment; a bell that flickers tells nobody more.
PAUSE = 0.3


class MeConsumer(WatchedConsumer):
    """`/ws/me/`: `{"unread", "badge", "label", "newest"}`, again whenever something changed."""

    _rung: asyncio.Event
    _sender: asyncio.Task[None] | None = None

    async def allowed(self, user: User) -> bool:
        """Everybody who is signed in has a line of their own."""
        return True

    async def opened(self) -> None:
        """Listen to the person's own group."""
        self._rung = asyncio.Event()
        self._group = live.group(self.user.pk)
        await self.channel_layer.group_add(self._group, self.channel_name)
        self._rung.set()
        self._sender = asyncio.ensure_future(self._send_newest())

    async def closed(self) -> None:
        """Leave the group; nothing is kept."""
        if self._sender is not None:
            self._sender.cancel()
            await self.channel_layer.group_discard(self._group, self.channel_name)

    async def received(self, content: Any) -> None:
        """A page that comes back from sleep asks for the current state."""
        self._rung.set()

    async def me_changed(self, event: dict[str, Any]) -> None:
        """A ring of the group."""
        self._rung.set()

    async def _send_newest(self) -> None:
        while True:
            await self._rung.wait()
            self._rung.clear()
            await self.send_json(await database_sync_to_async(self._state)())
            await asyncio.sleep(PAUSE)

    def _state(self) -> dict[str, Any]:
        with translation.override(self._language):
            return live.state_of(self.user)

    @cached_property
    def _language(self) -> str:
        """The language of the page around the line: the person's, else the browser's."""
        headers = {name.decode(): value.decode("latin-1") for name, value in self.scope["headers"]}
        request = HttpRequest()
        request.COOKIES = parse_cookie(headers.get("cookie", ""))
        request.META["HTTP_ACCEPT_LANGUAGE"] = headers.get("accept-language", "")
        return self.user.language or translation.get_language_from_request(request)
