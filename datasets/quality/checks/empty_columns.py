"""Columns without any value."""

from __future__ import annotations

from collections.abc import Iterator

from datasets.quality.finding import Found, finding, step
from datasets.quality.subject import Subject

CODES = ("empty_column",)


def check(subject: Subject) -> Iterator[Found]:
    """Nothing in them at all."""
    for column in subject.columns:
        if column.type == "empty":
            yield finding(
                "empty_column",
                column=column.key,
                count=subject.rows,
                repair=step("drop", columns=[column.key]),
            )
