"""What a file really is, whatever its name says."""

from __future__ import annotations

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
    (b"[{", "json"),
    (b"[[", "json"),
)
# Control characters no text file has; tab, line feed, form feed and return are fine.
_CONTROLS = bytes(set(range(32)) - {0, 9, 10, 11, 12, 13, 27})


def identify(head: bytes) -> str:
    """Name what the first bytes show, or return "" when they look like delimited text."""
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return _kind_of_zip(head) if kind == "zip" else kind
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:64].lower()
    for text, kind in _TEXT_STARTS:
        if start.startswith(text):
            return kind
    return ""


def require_text(head: bytes) -> None:
    """Raise Refusal unless `head` looks like delimited text; the content decides."""
    kind = identify(head)
    if kind:
        raise Refusal("not_csv", kind=kind)
    sample = head[:65536]
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        return
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    if controls > max(2, len(sample) // 200):
        raise Refusal("not_csv", kind="binary")


def _kind_of_zip(head: bytes) -> str:
    if b"xl/" in head or (b"[Content_Types].xml" in head and b"word/" not in head):
        return "xlsx"
    return "zip"
