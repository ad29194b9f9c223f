"""The one HTTP client: it connects to checked addresses only, and never for long or for much."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpcore2
import httpx2
from django.utils.translation import gettext

from accounts.egress import check, read_url
from accounts.problems import Problem

CONNECT_SECONDS: Final = 5.0
SECONDS: Final = 30.0
MOST_BYTES: Final = 10 * 1024 * 1024
USER_AGENT: Final = "Almanac/1"


class NoAnswer(Problem):
    """The other side did not answer as HTTP demands; trying again may help."""

    default_code = "no_answer"


@dataclass(frozen=True)
class Answer:
    """What came back; `body` is whole unless `is_cut`."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float
    is_cut: bool = False

    @property
    def is_success(self) -> bool:
        """Did the other side take it?"""
        return 200 <= self.status < 300


def client(*, seconds: float = SECONDS, **options: Any) -> httpx2.Client:
    """A client for libraries that bring their own requests, such as `openai`.

    One connection lives `seconds` at most. Redirects are not followed unless asked for; each hop
    is a connection and so checked like the first. Raises what `egress.check` raises.
    """
    return httpx2.Client(
        transport=_Transport(seconds),
        trust_env=False,
        timeout=httpx2.Timeout(seconds, connect=CONNECT_SECONDS),
        headers={"User-Agent": USER_AGENT, **options.pop("headers", {})},
        **options,
    )


def fetch(
    method: str,
    url: str,
    *,
    content: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    seconds: float = SECONDS,
    most_bytes: int = MOST_BYTES,
) -> Answer:
    """Send one request and read at most `most_bytes` of the answer within `seconds` in all.

    Raises AddressRefused or NameUnknown before anything is sent, NoAnswer when nothing useful
    comes back.
    """
    read_url(url)
    began = time.monotonic()
    sent = {"Accept-Encoding": "identity", **(headers or {})}
    try:
        with (
            client(seconds=seconds) as session,
            session.stream(method, url, content=content, headers=sent) as response,
        ):
            body, is_cut = _read(response, most_bytes)
    except httpx2.TimeoutException as late:
        raise NoAnswer(
            gettext("No answer within %(seconds)s s.") % {"seconds": f"{seconds:g}"}
        ) from late
    except (httpx2.TransportError, httpx2.InvalidURL, httpx2.DecodingError) as broken:
        raise NoAnswer(_in_words(broken)) from broken
    took = time.monotonic() - began
    return Answer(response.status_code, dict(response.headers), body, took, is_cut)


def _read(response: httpx2.Response, most_bytes: int) -> tuple[bytes, bool]:
    body = b""
    for block in response.iter_raw():
        body += block
        if len(body) > most_bytes:
            return body[:most_bytes], True
    return body, False


def _in_words(broken: Exception) -> str:
    cause: BaseException | None = broken
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return gettext("Its certificate is not valid: %(why)s.") % {"why": cause.verify_message}
        cause = cause.__cause__ or cause.__context__
    if isinstance(broken, httpx2.ConnectError):
        return gettext("The connection was refused or lost.")
    return gettext("The connection broke before an answer came.")


class _Transport(httpx2.HTTPTransport):
    """httpx's own transport over a network that checks each connection."""

    def __init__(self, seconds: float) -> None:
        context = httpx2.create_ssl_context(trust_env=False)
        super().__init__(verify=context, trust_env=False)
        self._pool = httpcore2.ConnectionPool(
            ssl_context=context,
            # A connection that is kept would outlive what its check was worth.
            max_keepalive_connections=0,
            network_backend=_Checked(seconds),
        )


class _Checked(httpcore2.NetworkBackend):
    """Connects to what `egress.check` found for the name, never to the name."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.inner = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        target = check(host, port)
        ends = time.monotonic() + self.seconds
        refused: Exception | None = None
        for address in target.addresses:
            try:
                stream = self.inner.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as problem:
                refused = problem
                continue
            return _Limited(stream, ends)
        raise refused or httpcore2.ConnectError("no address")

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore2.NetworkStream:
        raise httpcore2.ConnectError("Unix sockets are not connected to.")


class _Limited(httpcore2.NetworkStream):
    """A connection with an end: one byte a second does not keep it open for ever."""

    def __init__(self, inner: httpcore2.NetworkStream, ends: float) -> None:
        self.inner = inner
        self.ends = ends

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.inner.read(max_bytes, self._left(timeout, httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.inner.write(buffer, self._left(timeout, httpcore2.WriteTimeout))

    def close(self) -> None:
        self.inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        left = self._left(timeout, httpcore2.ConnectTimeout)
        return _Limited(self.inner.start_tls(ssl_context, server_hostname, left), self.ends)

    def get_extra_info(self, info: str) -> Any:
        return self.inner.get_extra_info(info)

    def _left(self, timeout: float | None, late: type[Exception]) -> float:
        left = self.ends - time.monotonic()
        if left <= 0:
            raise late("The time for this request is over.")
        return left if timeout is None else min(timeout, left)
