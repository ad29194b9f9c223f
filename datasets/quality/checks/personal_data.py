"""Columns about persons. They are hidden wherever data leave once they have that role."""

from __future__ import annotations

from collections.abc import Iterator

from datasets.quality.finding import Found, finding, step
from datasets.quality.personal import find_personal
from datasets.quality.subject import Facts, Subject

CODES = ("personal",)
_SAMPLES = 300


def check(subject: Subject) -> Iterator[Found]:
    """Found by form or name; those that nobody has marked ask for a decision."""
    for column in subject.columns:
        if column.key == subject.time or column.type in {"float", "boolean", "datetime", "empty"}:
            continue
        kind = find_personal(column.name, _samples(subject, column))
        is_marked = column.role == "personal"
        if kind or is_marked:
            yield finding(
                "personal",
                column=column.key,
                severity="info" if is_marked else "bad",
                count=subject.rows - column.missing,
                kind=kind or "",
                repair={} if is_marked else step("role", columns=[column.key], role="personal"),
                note="masked" if is_marked else "",
            )


def _samples(subject: Subject, column: Facts) -> list[object]:
    """Different cells; numbers only when they are long enough to be somebody's."""
    if column.type == "integer" and (column.stats.get("max") or 0) < 1e6:
        return []
    rows = subject.all(
        f"SELECT DISTINCT {column.key} FROM (SELECT {column.key} FROM {subject.source} "  # noqa: S608
        f"WHERE {column.key} IS NOT NULL LIMIT 20000) LIMIT {_SAMPLES}"
    )
    return [row[0] for row in rows]
