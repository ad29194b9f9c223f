"""The events of a JSON document, read in blocks, with bounds on depth and on the size of a value.

A record of its own module holds what is called where; here a document is only walked.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import ijson

from datasets.refusals import Refusal

DEEPEST = 64
# A single text, number or key may not be longer (bytes); nor may the file hide one.
_LONGEST_VALUE = 2_000_000
_BLOCK = 64 * 1024
# Half of a character beyond the first 65,536, without its other half beside it.
_HALF = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])"
    rb"|(?<!\\u[dD][89abAB]..)\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)
Event = tuple[str, Any]
_OPENS, _CLOSES = frozenset({"start_map", "start_array"}), frozenset({"end_map", "end_array"})


class Events:
    """Iterates over (event, value) of a file; `row` is for refusals and set by who reads."""

    def __init__(self, path: Path) -> None:
        self.row = 0
        self.depth = 0
        self._file = _Blocks(path)
        self._events = ijson.basic_parse(self._file, multiple_values=True, buf_size=_BLOCK)

    def __iter__(self) -> Iterator[Event]:
        return self

    def __next__(self) -> Event:
        try:
            event, value = next(self._events)
        except ijson.JSONError as error:
            raise self._refusal(error) from error
        self._file.since_event, self._file.row = 0, self.row
        if event in _OPENS:
            self.depth += 1
            if self.depth > DEEPEST:
                raise Refusal("json_too_deep", limit=DEEPEST, row=max(self.row, 1))
        elif event in _CLOSES:
            self.depth -= 1
        return event, value

    def _refusal(self, error: Exception) -> Refusal:
        words = str(error).splitlines()[0][:120] if str(error) else ""
        if "ncomplete" in words or "premature" in words:
            return Refusal("json_cut_off", row=self.row + 1)
        return Refusal("json_invalid", row=self.row + 1, detail=words)

    @property
    def bytes_read(self) -> int:
        """How far the file has been read."""
        return self._file.done

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class _Blocks:
    """A file as UTF-8 bytes, whatever its byte order mark says; stops at an endless value."""

    def __init__(self, path: Path) -> None:
        self.since_event = 0
        self.done = 0
        self.row = 0
        self._end = b""
        self._file = path.open("rb")
        self._decoder = _decoder_for(self._file)

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes; none at the end."""
        self.since_event += size
        if self.since_event > _LONGEST_VALUE + 2 * _BLOCK:
            raise Refusal("json_long_value", limit=_LONGEST_VALUE)
        block = self._file.read(size)
        self.done += len(block)
        self._refuse_half_characters(block)
        if self._decoder is None or not size:
            return block
        return self._decoder.decode(block, final=not block).encode()

    def _refuse_half_characters(self, block: bytes) -> None:
        """The parser would make question marks of them, without a word."""
        if b"\\u" not in block and not self._end:
            return
        text = self._end + block
        if _HALF.search(text if not block else text[:-12]):
            raise Refusal("half_character", row=self.row + 1)
        self._end = text[-24:] if block else b""

    def close(self) -> None:
        self._file.close()


def _decoder_for(file: IO[bytes]) -> codecs.IncrementalDecoder | None:
    """What turns the bytes into characters; None when they are UTF-8 already."""
    start = file.read(4)
    for mark, name in (
        (codecs.BOM_UTF8, ""),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if start.startswith(mark):
            file.seek(len(mark))
            return codecs.getincrementaldecoder(name)() if name else None
    file.seek(0)
    return None
