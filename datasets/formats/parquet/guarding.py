"""A Parquet file from outside: its marks and the length of its footer, without parsing it."""

from __future__ import annotations

import struct
from pathlib import Path

from datasets.refusals import Refusal

_MARK, _ENCRYPTED = b"PAR1", b"PARE"
_LARGEST_FOOTER = 64 * 1024**2


def guard(path: Path) -> None:
    """Raise Refusal when the file is cut, encrypted or has no room for its footer."""
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(4)
        file.seek(max(size - 8, 0))
        length, end = file.read(4), file.read(4)
    if end == _ENCRYPTED or start == _ENCRYPTED:
        raise Refusal("parquet_encrypted")
    if size < 12 or end != _MARK:
        raise Refusal("damaged", kind="parquet")
    (footer,) = struct.unpack("<I", length)
    if not 0 < footer <= size - 12:
        raise Refusal("damaged", kind="parquet")
    if footer > _LARGEST_FOOTER:
        raise Refusal("parquet_footer", megabytes=footer // 1024**2)
