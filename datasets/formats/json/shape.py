"""Where the table of a JSON document lies, judged from its first megabytes."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ijson

from datasets.formats.json.events import DEEPEST
from datasets.refusals import Refusal

_HEAD = 1024 * 1024
_MOST_MEMBERS = 2500
# What people call the member that holds the rows, likeliest first.
_ROWS = ("data", "records", "rows", "results", "items", "values", "observations", "series")
_STAMP = re.compile(r"^(\d+|\d{4}-\d{2}.*)$")


@dataclass(frozen=True)
class Shape:
    """How the rows are written (`orient`) and under which member, if under one."""

    orient: str
    path: tuple[str, ...] = ()


@dataclass
class _Seen:
    """A value as far as two levels into it: its kind, and those of its members or first element."""

    kind: str
    members: dict[str, _Seen] = field(default_factory=dict)

    @property
    def inner(self) -> str:
        """The kind of the first element."""
        return next((member.kind for member in self.members.values()), "")


def find_shape(source: Path, wanted: str | None) -> Shape:
    """Return where the rows are. Raises Refusal for a scalar and for an object without rows."""
    seen = _look(source)
    if not seen:
        raise Refusal("no_rows")
    first = seen[0]
    if first.kind == "scalar":
        raise Refusal("json_scalar")
    if wanted:
        return Shape(wanted, _path_for(first, wanted))
    if first.kind == "array":
        if first.inner == "map":
            return Shape("records")
        many = len(seen) > 1 and all(value.kind == "array" for value in seen)
        return Shape("lines" if many else "values")
    return Shape("lines") if len(seen) > 1 else _shape_of(first)


def _path_for(first: _Seen, wanted: str) -> tuple[str, ...]:
    if first.kind == "map" and wanted in {"records", "values"}:
        inner = "map" if wanted == "records" else "array"
        return next(((name,) for name in _arrays(first, inner)), ())
    return ()


def _shape_of(top: _Seen) -> Shape:
    """A single object: columns, records under a member, an index, or one record."""
    if "data" in top.members and "columns" in top.members and top.members["data"].inner == "array":
        return Shape("split")
    records = _arrays(top, "map")
    if records:
        return Shape("records", (records[0],))
    if any(member.kind == "array" for member in top.members.values()):
        lists = _arrays(top, "array")
        return Shape("values", (lists[0],)) if lists else Shape("columns")
    for name, member in top.members.items():
        if member.kind == "map" and any(m.kind == "array" for m in member.members.values()):
            return Shape("columns", (name,))
    if top.members and all(member.kind == "map" for member in top.members.values()):
        return Shape(_columns_or_index(top))
    return Shape("lines")


def _arrays(top: _Seen, inner: str) -> list[str]:
    """The members that are lists of `inner`, the likeliest name first."""
    names = [n for n, m in top.members.items() if m.kind == "array" and m.inner == inner]
    return sorted(names, key=lambda name: _ROWS.index(name) if name in _ROWS else len(_ROWS))


def _columns_or_index(top: _Seen) -> str:
    """Numbers and dates name rows; so they stand inside columns, or outside records."""
    inner = next(iter(top.members.values())).members
    return "columns" if inner and all(_STAMP.match(name) for name in inner) else "index"


def _look(source: Path) -> list[_Seen]:
    """The first values of the file; one that goes on beyond the head counts as seen."""
    with source.open("rb") as file:
        head = file.read(_HEAD)
    if head[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        head = head[: len(head) // 2 * 2].decode("utf-16", "replace").encode()
    stream = io.BytesIO(head.removeprefix(b"\xef\xbb\xbf"))
    seen: list[_Seen] = []
    events = ijson.basic_parse(stream, multiple_values=True)
    try:
        for event, value in events:
            _take(seen, event, value, events, 0)
            if len(seen) > 2:
                break
    except ijson.JSONError:
        # Cut in the middle, or a fault that the full read will place.
        pass
    return seen


def _take(
    into: list[_Seen] | _Seen, event: str, key: Any, events: Iterator[Any], depth: int
) -> None:
    """Note a value and what is in it, as it comes, so that a cut leaves what was there."""
    kind = {"start_map": "map", "start_array": "array"}.get(event, "scalar")
    seen = _Seen(kind)
    if isinstance(into, list):
        into.append(seen)
    elif len(into.members) < _MOST_MEMBERS:
        into.members.setdefault(str(key), seen)
    if kind == "scalar":
        return
    if depth > DEEPEST:
        raise Refusal("json_too_deep", limit=DEEPEST, row=1)
    name: Any = 0
    for inner, value in events:
        if inner in {"end_map", "end_array"}:
            return
        if inner == "map_key":
            name = value
            continue
        _take(seen, inner, name, events, depth + 1)
        name = name + 1 if kind == "array" else name
