"""A file that is there as a whole or not at all, whenever the process or the machine stops."""

from __future__ import annotations

import os
from pathlib import Path


def write_whole(file: Path, content: bytes) -> None:
    """Put ``content`` in the place of ``file``; it is on the disk when this returns."""
    draft = file.with_suffix(".draft")
    with draft.open("wb") as new:
        new.write(content)
        new.flush()
        os.fsync(new.fileno())
    draft.replace(file)
