"""TFB's long CSV `date,data,cols`: blocks of equal length, one per channel, with the same dates.

It is read like any CSV; then the blocks are put side by side, so that a channel is a column.
"""

from __future__ import annotations

from pathlib import Path

from datasets.formats.format import Extracted, Say
from datasets.sniffing.options import ReadingOptions


def extract(source: Path, folder: Path, options: ReadingOptions, say: Say) -> Extracted:
    """The file as it is; only what its columns hold is settled."""
    with source.open("rb") as file:
        line = file.readline(4096)
    names = line.decode("utf-8-sig", "replace").strip().replace('"', "").split(",")
    kinds = {"date": "", "data": "number", "cols": "text"}
    return Extracted(text=source, declared=tuple(kinds[name] for name in names), starts_at=2)
