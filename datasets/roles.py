"""What each column of a read file is for, where nobody has said so."""

from __future__ import annotations

from typing import Any

from datasets.models import Column
from datasets.quality.personal import find_personal

Found = dict[str, Any]
# Words that stand in fewer rows than the rest say little about a series.
_MOSTLY_EMPTY = 0.95


def role_of(found: Found, column: Found) -> str:
    """The role that a person chose for `column` (of the reading), else the likeliest one."""
    key = column["key"]
    described = found["columns"][key]
    if key == found["reading"]["time_column"]:
        return Column.Role.TIME
    if key == found["series_column"]:
        return Column.Role.SERIES
    chosen = column.get("role", "")
    if chosen and chosen not in {Column.Role.TIME, Column.Role.SERIES}:
        return str(chosen)
    if find_personal(column["name"], found.get("samples", {}).get(key, [])):
        return Column.Role.PERSONAL
    return _by_type(described, found["rows"])


def _by_type(described: Found, rows: int) -> str:
    kind = described["type"]
    if kind in {"integer", "float"}:
        return Column.Role.TARGET
    if kind in {"category", "text"} and described["missing"] >= _MOSTLY_EMPTY * rows:
        return Column.Role.IGNORE
    if kind == "text" and described["stats"].get("distinct") == rows:
        return Column.Role.ID
    by_type = {"boolean": Column.Role.PAST, "category": Column.Role.CATEGORY}
    return str(by_type.get(kind, Column.Role.IGNORE))
