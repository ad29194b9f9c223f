"""What a file really is, whatever its name says."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable

from datasets.refusals import Refusal

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"PAR1", "parquet"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xls"),
    (b"%PDF", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!", "rar"),
    (b"SQLite format 3\x00", "sqlite"),
    (b"ARROW1", "arrow"),
    (b"\x7fELF", "program"),
    (b"MZ\x90\x00", "program"),
    (b"\x93NUMPY", "numpy"),
    (b"\x89HDF\r\n\x1a\n", "hdf5"),
)
_TEXT_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"<!doctype html", "html"),
    (b"<html", "html"),
    (b"<table", "html"),
    (b"<?xml", "xml"),
    (b"{", "json"),
)
# `[1, 2]` may be a line of numbers in brackets, so a list needs to begin like a JSON list.
_JSON_LIST = re.compile(rb'\[\s*([\[{"\]0-9-]|true|false|null)')
_JSON_SCALAR = re.compile(r'\s*(-?\d[\d.eE+-]*|"[^"]*"|true|false|null)\s*\Z')
_TABLES = frozenset({"json", "xlsx", "parquet"})
# Control characters no text file has; tab, line feed, form feed and return are fine.
_CONTROLS = bytes(set(range(32)) - {0, 9, 10, 11, 12, 13, 27})


def identify_content(head: bytes) -> str:
    """Name what the first bytes show, or return "" when they look like delimited text."""
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return _INSIDE[kind](head) if kind in _INSIDE else kind
    start = decoded_start(head[:4096]).lstrip().lower().encode()
    for text, kind in _TEXT_STARTS:
        if start.startswith(text):
            return kind
    return "json" if _JSON_LIST.match(start) else ""


def kind_code(kind: str) -> str:
    """The code of the refusal of a file that is no table; some workbooks only need saving again."""
    return {"locked": "password", "xls": "old_excel"}.get(kind, "not_a_table")


def is_json_scalar(head: bytes) -> bool:
    """Is the whole file one JSON number, text, true, false or null?"""
    return bool(_JSON_SCALAR.match(decoded_start(head[:4096])))


def decoded_start(head: bytes) -> str:
    """The first characters, by the byte order mark; of other encodings only ASCII is true."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return head[: len(head) // 2 * 2].decode("utf-16", "replace")
    return head.removeprefix(codecs.BOM_UTF8).decode("utf-8", "replace")


def require_text(head: bytes) -> None:
    """Raise Refusal unless `head` looks like delimited text; the content decides."""
    kind = identify_content(head)
    if kind:
        raise Refusal("not_csv" if kind in _TABLES else kind_code(kind), kind=kind)
    sample = head[:65536]
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        return
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    if controls > max(2, len(sample) // 200):
        raise Refusal("not_a_table", kind="binary")


def _kind_of_zip(head: bytes) -> str:
    """Office files are zip archives; their first entries say of which kind."""
    if b"mimetypeapplication/vnd.oasis.opendocument" in head[:200]:
        return "ods"
    if b"xl/workbook.bin" in head:
        return "xlsb"
    if b"xl/" in head:
        return "xlsx"
    if b"word/" in head or b"ppt/" in head:
        return "office"
    return "xlsx" if b"[Content_Types].xml" in head else "zip"


def _kind_of_ole(head: bytes) -> str:
    """Old workbooks, and those locked by a password, share a container; its directory tells."""
    return "locked" if "EncryptedPackage".encode("utf-16-le") in head else "xls"


_INSIDE: dict[str, Callable[[bytes], str]] = {"zip": _kind_of_zip, "xls": _kind_of_ole}
