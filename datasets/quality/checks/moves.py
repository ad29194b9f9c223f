"""How time moves from row to row: what several checks look at. No check itself."""

from __future__ import annotations

from datasets.quality.subject import Subject


def moves(subject: Subject) -> str:
    """SQL: series, place, time before, time, and the step in microseconds (NULL at a start)."""
    name = f"CAST({subject.series} AS VARCHAR)" if subject.series else "''"
    return (
        f"SELECT s, place, before, t, CASE WHEN s IS NOT DISTINCT FROM s0 "  # noqa: S608
        f"THEN epoch_us(t) - epoch_us(before) END AS step FROM "
        f"(SELECT file_row_number AS place, {name} AS s, {subject.time} AS t, "
        f"lag({subject.time}) OVER () AS before, lag({name}) OVER () AS s0 FROM {subject.source})"
    )


# A frequency with more steps than this for each row is none.
_SPARSE = 10


def is_sparse(subject: Subject) -> bool:
    """Are most steps of the frequency without a row? Then the rows follow no clock."""
    if subject.frequency is None:
        return False
    known: bool | None = subject.profile.get("_sparse")
    if known is None:
        step = subject.frequency.step_seconds * 1e6
        spanned, moved = subject.row(
            f"SELECT coalesce(sum(step), 0), count(*) FROM ({moves(subject)}) WHERE step > 0"  # noqa: S608
        )
        known = subject.profile["_sparse"] = float(spanned) / step > _SPARSE * max(moved, 1)
    return known
