"""Rows that stand between the ticks of the clock, or times that follow no clock at all."""

from __future__ import annotations

from collections.abc import Iterator

from datasets.quality.checks.moves import is_sparse, moves
from datasets.quality.finding import Found, finding, step
from datasets.quality.subject import Subject
from datasets.step_lengths import shortest_step

CODES = ("irregular", "off_grid")
_LISTED = 5
# The usual step of times without a frequency, rounded to one that people use.
_ROUND = (1, 5, 10, 15, 30, 60, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400)


def check(subject: Subject) -> Iterator[Found]:
    """No frequency: irregular. With one: rows closer together than a step."""
    if not subject.time:
        return
    if subject.frequency is None or is_sparse(subject):
        yield from _irregular(subject)
        return
    least = shortest_step(subject.frequency)
    (count,) = subject.row(
        f"SELECT count(*) FROM ({moves(subject)}) WHERE step > 0 AND step < {0.75 * least}"  # noqa: S608
    )
    if count:
        rows = subject.all(
            f"SELECT s, CAST(t AS VARCHAR) FROM ({moves(subject)}) "  # noqa: S608
            f"WHERE step > 0 AND step < {0.75 * least} ORDER BY place LIMIT {_LISTED}"
        )
        yield finding(
            "off_grid",
            count=int(count),
            first=[list(row) for row in rows],
            repair=step("resample", frequency=subject.frequency.alias, how="mean"),
        )


def _irregular(subject: Subject) -> Iterator[Found]:
    different, median, rows = subject.row(
        f"SELECT count(DISTINCT step), median(step), count(*) FROM ({moves(subject)}) "  # noqa: S608
        f"WHERE step > 0"
    )
    if different and different > 1:
        yield finding(
            "irregular",
            severity="bad",
            count=int(rows),
            steps=int(different),
            usual_seconds=float(median) / 1e6,
            repair=step("resample", frequency=_alias(float(median) / 1e6), how="mean"),
        )


def _alias(seconds: float) -> str:
    """The next round step that holds about one row."""
    nearest = next(
        (step for step in _ROUND if step >= seconds), 86_400 * max(1, round(seconds / 86_400))
    )
    if nearest % 86_400 == 0:
        return f"{nearest // 86_400}D" if nearest > 86_400 else "D"
    if nearest % 3600 == 0:
        return f"{nearest // 3600}h" if nearest > 3600 else "h"
    if nearest % 60 == 0:
        return f"{nearest // 60}min" if nearest > 60 else "min"
    return f"{nearest}s" if nearest > 1 else "s"
