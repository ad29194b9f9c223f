"""Data on its way out, in blocks, so that memory does not grow with the file."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

from datasets import exporting, storage
from datasets.formats.csv import writing
from datasets.formats.format import Format
from datasets.models import Dataset, Version

_BLOCK = 1024 * 1024


class Blocks:
    """Blocks of bytes for an answer, which closes them whether or not it sends them."""

    def __init__(self, blocks: Iterator[bytes], close: Callable[[], None]) -> None:
        self._blocks = blocks
        self.close = close

    def __aiter__(self) -> AsyncIterator[bytes]:
        return in_thread(self._blocks)


def chunks(
    version: Version, format: Format, chosen: Mapping[str, str] | None = None
) -> AsyncIterable[bytes]:
    """The version in another format; what cannot be written is refused before the first block.

    CSV is made while it is sent, everything else is a file for as long as it takes to send it.
    """
    picked = exporting.choose(format, chosen or {})
    if format.streams:
        return in_thread(writing.blocks(exporting.table_of(version), picked))
    with ExitStack() as stack:
        target = stack.enter_context(storage.work_folder()) / "export"
        exporting.write(version, format, picked, target)
        kept = stack.pop_all()
        return Blocks(_then_removed(target, kept), kept.close)


def original(dataset: Dataset) -> AsyncIterator[bytes]:
    """The file as it was uploaded."""
    return stored(dataset.file_path)


def stored(key: str) -> AsyncIterator[bytes]:
    """A stored file."""
    return in_thread(_blocks(storage.local_copy(key)))


async def in_thread(blocks: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Take one block after the other without holding up the event loop."""
    try:
        while block := await asyncio.to_thread(next, blocks, b""):
            yield block
    finally:
        close = getattr(blocks, "close", None)
        if close:
            await asyncio.to_thread(close)


def _then_removed(path: Path, stack: ExitStack) -> Iterator[bytes]:
    with stack:
        yield from _blocks(path)


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block
