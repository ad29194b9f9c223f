"""Rows that arrived late. They were put in order when the file was read."""

from __future__ import annotations

from collections.abc import Iterator

from datasets.building.finish import ROW
from datasets.quality.finding import Found, finding
from datasets.quality.subject import Subject

CODES = ("order",)


def check(subject: Subject) -> Iterator[Found]:
    """Rows that stood behind a later time in the file."""
    if not subject.time or not subject.profile.get("sorted_by_us") or ROW not in subject.helpers:
        return
    part = f"PARTITION BY {subject.series}" if subject.series else ""
    # Late is a row that some later time stands before in the file.
    late = (
        f"SELECT {ROW} AS row, min({ROW}) OVER ({part} ORDER BY file_row_number "  # noqa: S608
        f"ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS next FROM {subject.source} "
        f"WHERE {subject.time} IS NOT NULL"
    )
    count, first, last = subject.row(
        f"SELECT count(*), min(row), max(row) FROM ({late}) WHERE next < row"  # noqa: S608
    )
    if count:
        early, early_first, early_last = subject.row(_moved_early(subject, part))
        if early < count:
            count, first, last = early, early_first, early_last
        yield finding(
            "order",
            severity="info",
            count=int(count),
            first=int(first) + 2,
            last=int(last) + 2,
            note="sorted",
        )


def _moved_early(subject: Subject, part: str) -> str:
    """Rows that stand, in order of time, before rows that the file had earlier."""
    return (
        f"SELECT count(*), min(row), max(row) FROM (SELECT {ROW} AS row, max({ROW}) OVER "  # noqa: S608
        f"({part} ORDER BY file_row_number ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS b "
        f"FROM {subject.source} WHERE {subject.time} IS NOT NULL) WHERE row < b"
    )
