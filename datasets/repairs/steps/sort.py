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
    work.become(f"SELECT * FROM {{table}} ORDER BY {work.order}")  # noqa: S608
    return Outcome().add(rows_moved=int(late))


STEP = Step("sort", _("Sort by time"), run, summary=lambda settings: "")
