"""Where a page of rows ended, as an address carries it."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any, Final

MOST_PLACE: Final = 2**62
# The value that rows are sorted by, and the place in the answer of the row that had it.
Cursor = tuple[Any, int]


def encoded(row: Mapping[str, Any]) -> str:
    """The place of a row that was found with its key as `sorted`."""
    key = row["sorted"]
    text = json.dumps([key if isinstance(key, str) else repr(float(key)), row["place"]])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decoded(text: str, *, number: bool) -> Cursor | None:
    """The same again; None where it makes no sense."""
    if not text:
        return None
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
        value, place = json.loads(raw)
        cursor = (float(value) if number else str(value)), int(place)
    except (binascii.Error, ValueError, TypeError, OverflowError, RecursionError):
        return None
    return cursor if abs(cursor[1]) < MOST_PLACE else None
