"""Times that should be there and are not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from datasets.quality.checks.clock_changes import explained_gaps
from datasets.quality.checks.moves import is_sparse, moves
from datasets.quality.finding import Found, finding, step
from datasets.quality.subject import Subject
from datasets.step_lengths import longest_step

CODES = ("gaps",)
_LISTED = 10


def check(subject: Subject) -> Iterator[Found]:
    """Steps longer than the frequency allows; hours that the clock skipped are told apart."""
    if subject.frequency is None or not subject.time or is_sparse(subject):
        return
    usual = longest_step(subject.frequency)
    skipped = explained_gaps(subject)
    absent = f"round(step / {subject.frequency.step_seconds * 1e6}) - 1"
    gaps, rows = subject.row(
        f"SELECT count(*), coalesce(sum({absent}), 0) FROM ({moves(subject)}) WHERE step > {usual}"  # noqa: S608
    )
    gaps, rows = int(gaps) - len(skipped), int(rows) - len(skipped)
    if gaps <= 0:
        return
    yield finding(
        "gaps",
        count=rows,
        gaps=gaps,
        columns=len(subject.values),
        longest=_longest(subject, usual, absent, skipped),
        repair=step("resample", frequency=subject.frequency.alias, how="mean"),
    )


def _longest(
    subject: Subject, usual: float, absent: str, skipped: set[tuple[str, str]]
) -> list[list[Any]]:
    rows = subject.all(
        f"SELECT s, CAST(before AS VARCHAR), CAST(t AS VARCHAR), CAST({absent} AS BIGINT) "  # noqa: S608
        f"FROM ({moves(subject)}) WHERE step > {usual} "
        f"ORDER BY step DESC, t LIMIT {_LISTED + len(skipped)}"
    )
    return [list(row) for row in rows if (row[1], row[2]) not in skipped][:_LISTED]
