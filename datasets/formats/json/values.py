"""JSON values as cells: objects are flattened under dotted names, lists stay JSON text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from datasets.formats.cells import EMPTY, FALSE, NESTED, NUMBER, TEXT, TRUE, Cell
from datasets.formats.json.events import Event, Events
from datasets.refusals import Refusal

_SCALARS = frozenset({"null", "boolean", "number", "string"})


def cell_of(event: str, value: Any) -> Cell:
    """A scalar as a cell. Numbers keep their digits."""
    if event == "null":
        return EMPTY
    if event == "boolean":
        return TRUE if value else FALSE
    if event == "number":
        text = str(value)
        # 2.5e16 is a number of 17 digits, not a whole one whose last digits count.
        whole = isinstance(value, Decimal) and text.lstrip("-").isdigit()
        return NUMBER, f"{value:E}" if whole else text
    return TEXT, value


def pairs_of(events: Events) -> Iterator[tuple[str, Cell]]:
    """The cells of the object that was just entered, up to its end, under dotted names."""
    yield from _members(events, "")


def _members(events: Events, prefix: str) -> Iterator[tuple[str, Cell]]:
    for event, value in events:
        if event == "end_map":
            return
        name = f"{prefix}{value}"
        inner, scalar = next(events)
        if inner == "start_map":
            yield from _members(events, f"{name}.")
        else:
            yield name, value_cell(events, inner, scalar)


def value_cell(events: Events, event: str, value: Any) -> Cell:
    """Any value as one cell; lists and objects as JSON."""
    if event in _SCALARS:
        return cell_of(event, value)
    return NESTED, _text(events, event, value)


def names_in(events: Events) -> list[str]:
    """The list of names that comes next."""
    event, _ = next(events)
    if event != "start_array":
        raise Refusal("json_orient", orient="split")
    names = []
    for inner, value in events:
        if inner == "end_array":
            break
        names.append(value if inner == "string" else _text(events, inner, value))
    return names


def _text(events: Iterator[Event], event: str, value: Any) -> str:
    """The value that begins with this event as JSON; its numbers keep their digits."""
    if event == "start_array":
        items = []
        for inner, scalar in events:
            if inner == "end_array":
                break
            items.append(_text(events, inner, scalar))
        return f"[{', '.join(items)}]"
    if event == "start_map":
        pairs = []
        for inner, name in events:
            if inner == "end_map":
                break
            pairs.append(f"{json.dumps(name, ensure_ascii=False)}: {_text(events, *next(events))}")
        return f"{{{', '.join(pairs)}}}"
    return str(value) if event == "number" else json.dumps(value, ensure_ascii=False)
