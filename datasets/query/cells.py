"""Values of a result as JSON can carry them, and kinds of columns as people know them."""

from __future__ import annotations

import json
import math
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

# Above this a JSON reader in a browser rounds; such numbers travel as text.
_EXACT: Final = 2**53
_NUMBERS = ("INT", "DECIMAL", "DOUBLE", "FLOAT", "REAL")


def kind_of(type_name: str) -> str:
    """`number`, `time`, `yes_no` or `text` for a DuckDB type."""
    name = type_name.upper()
    if "[" in name or "(" in name.replace("DECIMAL(", ""):
        return "text"
    if name.startswith(("TIMESTAMP", "DATE")):
        return "time"
    if name == "BOOLEAN":
        return "yes_no"
    is_number = any(part in name for part in _NUMBERS) and name != "INTERVAL"
    return "number" if is_number else "text"


def cell(value: Any) -> Any:
    """One value as JSON: no NaN, no infinity, no rounded large whole number."""
    if value is None or isinstance(value, str | bool):
        return value
    return _number(value) if isinstance(value, int | float | Decimal) else _text(value)


def _text(value: Any) -> str:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    if isinstance(value, timedelta):
        return _span(value)
    if isinstance(value, list | tuple | dict):
        return json.dumps(_nested(value), ensure_ascii=False)
    return str(value)


def _number(value: float | Decimal) -> Any:
    if isinstance(value, Decimal):
        exact = float(value)
        return exact if Decimal(repr(exact)) == value else str(value)
    if isinstance(value, int):
        return value if abs(value) <= _EXACT else str(value)
    if math.isnan(value):
        return None
    return value if math.isfinite(value) else ("Infinity" if value > 0 else "-Infinity")


def _span(value: timedelta) -> str:
    """`3 days 04:05:06` as the database writes it."""
    seconds = value.seconds
    clock = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    if value.microseconds:
        clock += f".{value.microseconds:06d}"
    if not value.days:
        return clock
    return f"{value.days} {'day' if abs(value.days) == 1 else 'days'} {clock}"


def _nested(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_nested(inner) for inner in value]
    if isinstance(value, dict):
        return {str(cell(key)): _nested(inner) for key, inner in value.items()}
    return cell(value)
