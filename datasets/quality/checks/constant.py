"""Columns that always hold the same."""

from __future__ import annotations

from collections.abc import Iterator

from datasets.quality.finding import Found, finding, step
from datasets.quality.subject import NUMBERS, Subject

CODES = ("constant",)


def check(subject: Subject) -> Iterator[Found]:
    """Numbers or words with one value only; nothing can be learnt from them."""
    if subject.rows < 2:
        return
    for column in subject.columns:
        if column.key in {subject.time, subject.series}:
            continue
        is_number = column.type in NUMBERS
        same = is_number and column.stats.get("min") == column.stats.get("max")
        if same or (column.type == "category" and column.stats.get("distinct") == 1):
            top = column.stats.get("top") or [[column.stats.get("min"), 0]]
            value = None if column.role == "personal" else top[0][0]
            yield finding(
                "constant",
                column=column.key,
                severity="info",
                count=subject.rows - column.missing,
                value=value,
                repair=step("drop", columns=[column.key]),
            )
