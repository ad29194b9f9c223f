"""Times that occur more than once, with equal or with different values."""

from __future__ import annotations

from collections.abc import Iterator

from datasets.quality.finding import Found, finding, step
from datasets.quality.subject import Subject

CODES = ("duplicates_equal", "duplicates_different")
_LISTED = 5


def check(subject: Subject) -> Iterator[Found]:
    """Rows beyond the first of their time; equal ones are safe to merge, others need a choice."""
    if not subject.time:
        return
    repeated = subject.profile.get("repeated")
    if repeated == 0:
        return
    keys = [key for key in (subject.series, subject.time) if key]
    values = [column.key for column in subject.columns if column.key not in keys]
    same = " AND ".join(f"min({key}) IS NOT DISTINCT FROM max({key}) AND count({key}) IN (0, n)"
                        for key in values[:500]) or "true"  # fmt: skip
    name = f"CAST({subject.series} AS VARCHAR)" if subject.series else "''"
    chosen = ", ".join([*keys, *values[:500]])
    groups = (
        f"SELECT s, t, n, {same.replace('n)', 'count(*))')} AS same FROM (SELECT {name} AS s, "  # noqa: S608
        f"{subject.time} AS t, count(*) OVER (PARTITION BY {', '.join(keys)}) AS n, {chosen} "
        f"FROM {subject.source} WHERE {subject.time} IS NOT NULL) WHERE n > 1 GROUP BY s, t, n"
    )
    for is_same, code in ((True, "duplicates_equal"), (False, "duplicates_different")):
        where = f"WHERE same = {str(is_same).lower()}"
        times, rows = subject.row(f"SELECT count(*), sum(n - 1) FROM ({groups}) {where}")  # noqa: S608
        if times:
            first = subject.all(
                f"SELECT s, CAST(t AS VARCHAR), n FROM ({groups}) {where} "  # noqa: S608
                f"ORDER BY t, s LIMIT {_LISTED}"
            )
            yield finding(
                code,
                severity="warn" if is_same else "bad",
                count=int(rows),
                times=int(times),
                first=[list(row) for row in first],
                repair=step("deduplicate", how="first" if is_same else "mean"),
            )
