"""Leave rows out."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from datasets.repairs.setting import Setting
from datasets.repairs.step import VALUE_COLUMNS, Step, chosen
from datasets.repairs.work import Outcome, Work

WHICH = (
    ("no_time", _("Rows without a time")),
    ("empty", _("Rows without any value")),
    ("incomplete", _("Rows with a missing value")),
)


def run(work: Work, settings: dict[str, Any]) -> Outcome:
    """Rows that have nothing to say."""
    before = work.rows
    keys = chosen(work, settings["columns"])
    if settings["which"] == "no_time":
        kept = f"{work.time} IS NOT NULL" if work.time else "true"
    else:
        joined = " OR " if settings["which"] == "empty" else " AND "
        kept = joined.join(f"{key} IS NOT NULL" for key in keys) or "true"
    work.become(f"SELECT * FROM {{table}} WHERE {kept}")  # noqa: S608
    return Outcome().add(rows_removed=before - work.rows)


STEP = Step(
    "drop_rows",
    _("Leave out rows"),
    run,
    (
        Setting("which", "choice", _("Which"), "no_time", WHICH),
        VALUE_COLUMNS,
    ),
    summary=lambda settings: str(dict(WHICH)[settings.get("which") or "no_time"]).lower(),
)
