"""Refuse bodies that are too large before anything of them is kept.

Django spools a whole request body before any view runs, so this stands outside it: it reads
Content-Length, counts what really arrives, and ends bodies that stop arriving.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from django.conf import settings

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

# Form fields and multipart borders around the file.
_ROOM = 1024 * 1024
_SILENCE_SECONDS = 60.0
_SENTENCES = {
    413: "The request is larger than {limit:,} bytes. Send less, or split the file.",
    408: "The request stopped arriving. Send it again.",
    400: "Content-Length must be one whole number. Send the request again.",
}
_CODES = {413: "too_large", 408: "request_timeout", 400: "bad_length"}


class BodyGuard:
    """ASGI middleware. People who show no sign of being signed in get a small limit."""

    def __init__(self, app: App, *, silence: float = _SILENCE_SECONDS) -> None:
        self.app = app
        self.silence = silence

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, unless its length already says no."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = limit_for(scope)
        lengths = [value for name, value in scope["headers"] if name == b"content-length"]
        if lengths and (len(set(lengths)) > 1 or not lengths[0].isdigit()):
            await _refuse(send, 400, limit)
        elif lengths and int(lengths[0]) > limit:
            await _refuse(send, 413, limit)
        else:
            await _Counted(self, limit, receive, send).run(scope)


class _Counted:
    """One request whose body is counted while it arrives."""

    def __init__(self, guard: BodyGuard, limit: int, receive: Receive, send: Send) -> None:
        self.guard = guard
        self.limit = limit
        self.seen = 0
        self.whole = False
        self.refused = 0
        self.answered = False
        self._receive = receive
        self._send = send

    async def run(self, scope: Scope) -> None:
        """Run the application; a refusal is sent after it has noticed the broken body."""
        try:
            await self.guard.app(scope, self.receive, self.send)
        finally:
            if self.refused and not self.answered:
                await _refuse(self._send, self.refused, self.limit)

    async def receive(self) -> Message:
        """The next message; too much or silence look like a client that went away."""
        if self.whole:
            return await self._receive()
        if self.refused:
            return {"type": "http.disconnect"}
        try:
            message = await asyncio.wait_for(self._receive(), self.guard.silence)
        except TimeoutError:
            self.refused = 408
            return {"type": "http.disconnect"}
        if message["type"] == "http.request":
            self.seen += len(message.get("body", b""))
            self.whole = not message.get("more_body", False)
        if self.seen > self.limit:
            self.refused = 413
            return {"type": "http.disconnect"}
        return message

    async def send(self, message: Message) -> None:
        """Let answers through, unless the body was refused before any began."""
        if self.refused and not self.answered:
            return
        self.answered = True
        await self._send(message)


def limit_for(scope: Scope) -> int:
    """How many bytes this request may have."""
    names = {name for name, _ in scope["headers"]}
    cookies = b"; ".join(value for name, value in scope["headers"] if name == b"cookie")
    signed_in = b"authorization" in names or settings.SESSION_COOKIE_NAME.encode() in cookies
    if not signed_in:
        return int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    return int(settings.UPLOAD_MAX_BYTES) + _ROOM


async def _refuse(send: Send, status: int, limit: int) -> None:
    message = _SENTENCES[status].format(limit=limit)
    error = {"code": _CODES[status], "message": message, "field": "", "hint": ""}
    body = json.dumps({"error": error}).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
