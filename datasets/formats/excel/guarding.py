"""What a workbook is made of, by its zip directory alone: bombs, links, macros, passwords."""

from __future__ import annotations

import stat
import struct
import zipfile
from pathlib import Path

from datasets.refusals import Refusal

MOST_RATIO, MOST_BYTES, MOST_ENTRIES = 100, 512 * 1024**2, 10_000
# Small things compress well; only what grows large is a bomb.
_HARMLESS_BYTES = 1024**2
_TAIL = 66_000
_END = b"PK\x05\x06"
_ENCRYPTED = 0x1


def guard(path: Path) -> None:
    """Raise Refusal for archives that must not be opened."""
    _require_few_entries(path)
    for entry in entries(path):
        _require_plain(entry)
    _require_small(entries(path))


def entries(path: Path) -> list[zipfile.ZipInfo]:
    """The directory of the archive."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, struct.error) as error:
        raise Refusal("damaged", kind="xlsx") from error


def _require_few_entries(path: Path) -> None:
    """By the count at the end of the file, before the directory itself is read."""
    with path.open("rb") as file:
        file.seek(-min(_TAIL, path.stat().st_size), 2)
        tail = file.read()
    place = tail.rfind(_END)
    if place < 0 or len(tail) < place + 22:
        raise Refusal("damaged", kind="xlsx")
    (count,) = struct.unpack_from("<H", tail, place + 10)
    (size,) = struct.unpack_from("<I", tail, place + 12)
    # A directory entry takes 46 bytes and its name; the count may lie, the size may not.
    if count > MOST_ENTRIES or size > MOST_ENTRIES * 300:
        raise Refusal("zip_entries", limit=MOST_ENTRIES)


def _require_plain(entry: zipfile.ZipInfo) -> None:
    if entry.flag_bits & _ENCRYPTED:
        raise Refusal("password")
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind and not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):
        raise Refusal("zip_link", name=entry.filename[:80])
    parts = entry.filename.replace("\\", "/").split("/")
    if ".." in parts or entry.filename.startswith(("/", "\\")):
        raise Refusal("zip_link", name=entry.filename[:80])


def _require_small(found: list[zipfile.ZipInfo]) -> None:
    expanded = sum(entry.file_size for entry in found)
    packed = sum(entry.compress_size for entry in found)
    if expanded > MOST_BYTES:
        raise Refusal("zip_size", megabytes=expanded // 1024**2, limit=MOST_BYTES // 1024**2)
    worst = max((_ratio(entry) for entry in found), default=0.0)
    if max(worst, expanded / max(packed, 1) if expanded > _HARMLESS_BYTES else 0) > MOST_RATIO:
        raise Refusal("zip_ratio", limit=MOST_RATIO)


def _ratio(entry: zipfile.ZipInfo) -> float:
    if entry.file_size <= _HARMLESS_BYTES:
        return 0.0
    return entry.file_size / max(entry.compress_size, 1)
