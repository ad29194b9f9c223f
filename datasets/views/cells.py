"""Cells of the grid: how a value is shown, and what is known of it besides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from datasets.cells.values import restored, typed
from datasets.clock import Clock
from datasets.grid import rows
from datasets.models import Column, Draft
from datasets.models.draft import Edit
from datasets.quality.finding import name_of
from datasets.repairs.ignoring import ignored_of
from datasets.views.shown import aligned, digits


@dataclass(frozen=True)
class Cell:
    """One value: missing, hidden, a number, a time, yes or no, or words."""

    key: str
    value: Any
    kind: str
    is_number: bool = False
    is_minor: bool = False
    # Does the quality report call it an outlier?
    is_odd: bool = False
    # Every digit, where fewer are shown.
    exact: str = ""
    # What it was before somebody edited it, in words; None unless it is edited.
    was: str | None = None
    note: str = ""


@dataclass(frozen=True)
class Line:
    """One row of the grid."""

    number: int
    cells: list[Cell]


def lines(page: rows.Page, draft: Draft | None) -> list[Line]:
    """The rows of a page, with the edits of a draft in their places."""
    edits = {(e["row"], e["key"]): e for e in draft.edits} if draft else {}
    made = [
        _column_cells(column, [row[place] for row in page.rows], page.row_numbers, edits, place)
        for place, column in enumerate(page.columns)
    ]
    return [
        Line(number, [cells[place] for cells in made])
        for place, number in enumerate(page.row_numbers)
    ]


def one_cell(column: Column, value: Any, made: Edit | None) -> Cell:
    """A single cell, as it stands in the grid."""
    number = made["row"] if made else 0
    edits = {(number, column.key): made} if made else {}
    return _column_cells(column, [value], [number], edits, 0)[0]


def _column_cells(
    column: Column,
    values: Sequence[Any],
    numbers: Sequence[int],
    edits: dict[tuple[int, str], Edit],
    place: int,
) -> list[Cell]:
    here = [edits.get((number, column.key)) for number in numbers]
    now = [
        restored(column, edit["value"]) if edit else value
        for value, edit in zip(values, here, strict=True)
    ]
    kind = kind_of(column)
    clock, odd = column.clock, _odd_rows(column, numbers)
    texts = aligned(now) if kind == "number" else [_words(value, clock) for value in now]
    return [
        Cell(
            key=column.key,
            value=text,
            kind="missing" if text is None else kind,
            is_number=kind == "number",
            is_minor=place > 2,
            is_odd=number in odd and edit is None,
            exact=_exact(value, text) if kind == "number" and text is not None else "",
            was=None if edit is None else shown_value(column, restored(column, edit["was"])),
            note=edit["note"] if edit else "",
        )
        for number, value, text, edit in zip(numbers, now, texts, here, strict=True)
    ]


def _odd_rows(column: Column, numbers: Sequence[int]) -> set[int]:
    """Which of these rows (from 1) the quality report calls outliers, unless somebody kept them."""
    if not column.is_number or column.version_id is None:
        return set()
    version, listed = column.version, set(numbers)
    stretches = [
        stretch
        for found in version.quality.get("findings", [])
        if found["code"] == "outliers" and found["column"] == column.key
        if name_of(found) not in ignored_of(version.dataset)
        for stretch in found["params"].get("rows", ())
    ]
    return {row for first, last in stretches for row in listed if first < row <= last + 1}


def shown_value(column: Column, value: Any) -> str:
    """A value in words; "" for missing."""
    if value is None:
        return ""
    if column.is_number:
        return digits(value)
    return typed(value, column.clock)


def kind_of(column: Column) -> str:
    """How the cells of a column are drawn."""
    if column.is_masked:
        return "masked"
    if column.is_number:
        return "number"
    return {Column.Type.DATETIME: "time", Column.Type.BOOLEAN: "yes_no"}.get(
        Column.Type(column.type), "text"
    )


def _exact(value: Any, text: str) -> str:
    """The number with every digit when the shown text has fewer."""
    whole = typed(float(value))
    return "" if text.replace(",", "").replace("−", "-") == whole else whole


def _words(value: Any, clock: Clock) -> Any:
    return clock.text(value) if isinstance(value, datetime) else value
