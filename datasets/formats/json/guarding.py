"""A look at the start of a JSON file: brackets within brackets are counted, not parsed."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from datasets.formats.json.events import DEEPEST
from datasets.refusals import Refusal

_HEAD = 4 * 1024 * 1024
_TEXTS = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)


def guard(path: Path) -> None:
    """Raise Refusal when the first megabytes nest deeper than any table."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if head[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        head = head.replace(b"\0", b"")
    marks = np.frombuffer(_TEXTS.sub(b"", head), dtype=np.uint8)
    opened = np.isin(marks, np.frombuffer(b"[{", dtype=np.uint8)).astype(np.int32)
    closed = np.isin(marks, np.frombuffer(b"]}", dtype=np.uint8)).astype(np.int32)
    if len(marks) and int(np.cumsum(opened - closed).max()) > DEEPEST:
        raise Refusal("json_too_deep", limit=DEEPEST, row=1)
