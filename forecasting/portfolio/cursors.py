"""Where a page of rows ended, as an address carries it."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any, Final

MOST_PLACE: Final = 2**62
# The value that rows are sorted by, None for unknown, and the place of its row in the answer.
Cursor = tuple[Any, int]


def encoded(row: Mapping[str, Any]) -> str:
    """The place of a row that was found with its key as `sorted`."""
    key = row["sorted"]
    kept = key if key is None or isinstance(key, str) else repr(float(key))
    text = json.dumps([kept, row["place"]])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decoded(text: str, *, number: bool) -> Cursor | None:
    """The same again; None where it makes no sense."""
    if not text:
        return None
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
        value, place = json.loads(raw)
        key = value if value is None else float(value) if number else str(value)
        cursor = key, int(place)
    except (binascii.Error, ValueError, TypeError, OverflowError, RecursionError):
        return None
    return cursor if abs(cursor[1]) < MOST_PLACE else None
