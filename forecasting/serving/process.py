"""The serving process: it has torch loaded and answers questions over HTTP, to this product only.

`GET /health` tells how it is; `POST /answer` takes a question (`wire.py`) and needs the token,
which both processes make from the secret key.
"""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from forecasting.engine.errors import EngineError
from forecasting.serving import wire
from forecasting.serving.answering import Answers

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

MOST_BODY: Final = 64 * 1024 * 1024
# Questions that wait longer than this many places would only get old.
MOST_WAITING: Final = 64
BLOB: Final = b"application/octet-stream"
JSON: Final = b"application/json"


class ServingApp:
    """The ASGI application; `token` is what a caller must show."""

    def __init__(self, answers: Answers, token: str, threads: int) -> None:
        self.answers = answers
        self.token = token
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="answer")
        self._waiting = 0

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        place = (scope["method"], scope["path"])
        if place == ("GET", "/health"):
            await _send(send, 200, self.health())
        elif place != ("POST", "/answer"):
            await _send(send, 404, {"code": "not_found"})
        elif not self._is_known(scope):
            await _send(send, 403, {"code": "not_allowed"})
        else:
            await self._answer(receive, send)

    def health(self) -> dict[str, Any]:
        """How full the cache is."""
        models = self.answers.models
        return {"status": "ok", "models": len(models), "bytes": models.bytes}

    async def _answer(self, receive: Receive, send: Send) -> None:
        body = await _body(receive)
        if body is None:
            await _send(send, 413, {"code": "too_large"})
        elif self._waiting >= MOST_WAITING:
            await _send(send, 503, {"code": "busy"})
        else:
            self._waiting += 1
            try:
                loop = asyncio.get_running_loop()
                status, content = await loop.run_in_executor(self._threads, self._work, body)
            finally:
                self._waiting -= 1
            await _send(send, status, content)

    def _work(self, body: bytes) -> tuple[int, bytes | dict[str, Any]]:
        try:
            answer = self.answers.answer(wire.read_question(body))
        except wire.BrokenMessageError:
            return 400, {"code": "broken_message"}
        except EngineError as refusal:
            return 422, told(refusal)
        return 200, wire.answer_bytes(answer)

    def _is_known(self, scope: Message) -> bool:
        shown = next((v for k, v in scope["headers"] if k == b"authorization"), b"")
        return hmac.compare_digest(shown, f"Bearer {self.token}".encode())


def told(refusal: EngineError) -> dict[str, Any]:
    """A refusal as JSON; the web process says it in the language of the person."""
    details = {
        name: told(value) if isinstance(value, EngineError) else _plain(value)
        for name, value in refusal.details.items()
    }
    return {"code": refusal.code, "template": refusal.template, "details": details}


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | float) else str(value)


async def _body(receive: Receive) -> bytes | None:
    """The whole body; None when it is too large."""
    parts, size = [], 0
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > MOST_BODY:
            return None
        if not message.get("more_body"):
            return b"".join(parts)


async def _send(send: Send, status: int, content: bytes | dict[str, Any]) -> None:
    kind = BLOB if isinstance(content, bytes) else JSON
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
