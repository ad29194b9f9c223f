"""Ask the serving process: over kept connections, with sentences where it does not answer."""

from __future__ import annotations

import http.client
import json
from contextlib import closing
from functools import cache
from queue import Empty, Full, LifoQueue
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext

from accounts.problems import Unavailable
from forecasting.engine.errors import EngineError
from forecasting.serving import wire
from forecasting.serving.question import Answer, Question

_MOST_KEPT: Final = 16
_PATIENCE: Final = 20.0
_RETRY_AFTER: Final = 5
# What a connection says that the other side has closed meanwhile.
_STALE: Final = (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError)


def token() -> str:
    """What the web process shows to the serving process; both make it from the secret key."""
    return salted_hmac("almanac.serving", "token", algorithm="sha256").hexdigest()


def ask(question: Question) -> Answer:
    """The answer of the serving process.

    Raises EngineError where the model refuses, Unavailable while the process starts, is overrun or
    is not there.
    """
    if not settings.SERVING_URL:
        raise Unavailable(
            gettext(
                "This model needs the serving process, which is not set up here. Start it with "
                "python -m forecasting.serving and name it in ALMANAC_SERVING_URL."
            ),
            retry_after=60,
            code="no_serving",
        )
    status, content = _post(_pool(settings.SERVING_URL), wire.question_bytes(question))
    if status == http.HTTPStatus.OK:
        return wire.read_answer(content)
    if status == http.HTTPStatus.UNPROCESSABLE_ENTITY:
        raise _refusal(json.loads(content))
    if status == http.HTTPStatus.SERVICE_UNAVAILABLE:
        raise Unavailable(
            gettext("The serving process has too much to do. Ask again in a few seconds."),
            retry_after=_RETRY_AFTER,
            code="busy",
        )
    raise _failed()


class _Pool:
    """Connections to one address that wait for their next use."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self.host, self.port = parts.hostname or "127.0.0.1", parts.port or 80
        self.kept: LifoQueue[http.client.HTTPConnection] = LifoQueue(_MOST_KEPT)

    def take(self) -> tuple[http.client.HTTPConnection, bool]:
        """A connection, and whether it was used before."""
        try:
            return self.kept.get_nowait(), True
        except Empty:
            return http.client.HTTPConnection(self.host, self.port, timeout=_PATIENCE), False

    def give(self, connection: http.client.HTTPConnection) -> None:
        """Keep it for the next one."""
        try:
            self.kept.put_nowait(connection)
        except Full:
            connection.close()


@cache
def _pool(address: str) -> _Pool:
    return _Pool(address)


def _post(pool: _Pool, body: bytes) -> tuple[int, bytes]:
    while True:
        connection, was_used = pool.take()
        try:
            return _exchange(pool, connection, body)
        except _STALE:
            connection.close()
            # A kept one may have been closed by the other side; only a fresh one tells the truth.
            if not was_used:
                raise _starting() from None
        except TimeoutError:
            connection.close()
            raise _slow() from None
        except OSError:
            connection.close()
            raise _starting() from None


def _exchange(
    pool: _Pool, connection: http.client.HTTPConnection, body: bytes
) -> tuple[int, bytes]:
    headers = {
        "Authorization": f"Bearer {token()}",
        "Content-Type": "application/octet-stream",
    }
    connection.request("POST", "/answer", body, headers)
    with closing(connection.getresponse()) as response:
        content = response.read()
    pool.give(connection)
    return response.status, content


def _refusal(said: dict[str, Any]) -> EngineError:
    details = {
        name: _refusal(value) if isinstance(value, dict) else value
        for name, value in said["details"].items()
    }
    refusal = EngineError(said["template"], **details)
    refusal.code = said["code"]
    return refusal


def _starting() -> Unavailable:
    return Unavailable(
        gettext("The process that serves this model is starting. Ask again in a few seconds."),
        retry_after=_RETRY_AFTER,
        code="serving_starts",
    )


def _slow() -> Unavailable:
    return Unavailable(
        gettext("The model did not answer within 20 seconds. Ask again, or send fewer rows."),
        retry_after=_RETRY_AFTER,
        code="serving_slow",
    )


def _failed() -> Unavailable:
    return Unavailable(
        gettext(
            "The model failed to answer; the log of the serving process says why. Train it again, "
            "or choose another version."
        ),
        retry_after=_RETRY_AFTER,
        code="serving_failed",
    )
