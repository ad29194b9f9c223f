"""A request whose body is the file itself, as `curl --data-binary` sends it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from email.message import Message
from typing import IO, Any, Final

from rest_framework.parsers import BaseParser

CHUNK: Final = 1024 * 1024


class RawBody:
    """The unread body: a name, its announced size, and its bytes once."""

    def __init__(self, stream: IO[bytes], *, name: str, size: int | None) -> None:
        self.stream = stream
        self.name = name
        self.size = size

    def chunks(self) -> Iterator[bytes]:
        """The bytes in pieces of at most one mebibyte."""
        while piece := self.stream.read(CHUNK):
            yield piece


class RawBodyParser(BaseParser):
    """Takes any content type and leaves the body unread: `{"file": RawBody}`."""

    media_type = "*/*"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, RawBody]:
        """Name the file after `?name=`, else after Content-Disposition."""
        request = (parser_context or {})["request"]
        name = request.query_params.get("name", "").strip() or _disposition_name(request.META)
        length = str(request.META.get("CONTENT_LENGTH") or "")
        size = int(length) if length.isdecimal() else None
        return {"file": RawBody(stream, name=name or "upload.csv", size=size)}


def _disposition_name(meta: Mapping[str, str]) -> str:
    message = Message()
    message["Content-Disposition"] = meta.get("HTTP_CONTENT_DISPOSITION", "")
    return message.get_filename("") or ""
