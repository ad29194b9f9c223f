"""Put rows in order of series and time."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from datasets.repairs.step import Step, require_time
from datasets.repairs.work import Outcome, Work


def run(work: Work, settings: dict[str, Any]) -> Outcome:
    """Count the rows that stood behind a later one, and sort."""
    require_time(work)
    part = f"PARTITION BY {work.series}" if work.series else ""
    (late,) = work.row(
        f"SELECT count(*) FILTER (t < latest) FROM (SELECT {work.time} AS t, max({work.time}) OVER "  # noqa: S608
        f"({part} ORDER BY rowid ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS latest "
        f"FROM {work.table})"
    )
    if late or not _is_sorted(work):
        work.become(f"SELECT * FROM {{table}} ORDER BY {work.order}")  # noqa: S608
    return Outcome().add(rows_moved=int(late))


def _is_sorted(work: Work) -> bool:
    """Are series and times in order already? Sorting a large table anew takes long."""
    series = work.series or "0"
    (found,) = work.row(
        f"SELECT count(*) FILTER (place > 0 AND (s < s0 OR (s0 IS NULL AND s IS NOT NULL) "  # noqa: S608
        f"OR (s IS NOT DISTINCT FROM s0 AND t0 IS NULL AND t IS NOT NULL))) FROM "
        f"(SELECT rowid AS place, {series} AS s, {work.time} AS t, lag({series}) OVER () AS s0, "
        f"lag({work.time}) OVER () AS t0 FROM {work.table})"
    )
    return not found


STEP = Step("sort", _("Sort by time"), run, summary=lambda settings: "")
