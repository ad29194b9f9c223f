"""One row for every step of a clock."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from datasets.building.finish import FROM, ZONED
from datasets.clock import Clock
from datasets.frequency_words import frequency_words
from datasets.repairs.clock import add_missing_rows, bins
from datasets.repairs.setting import Setting
from datasets.repairs.step import Step, require_time
from datasets.repairs.steps.deduplicate import HOW, merged
from datasets.repairs.work import Outcome, Work
from forecasting.engine.frequency import Frequency

_DAY = 86_400


def run(work: Work, settings: dict[str, Any]) -> Outcome:
    """Merge what falls into one step, and add the steps that have no row."""
    require_time(work)
    frequency = Frequency.parse(settings["frequency"])
    before = work.rows
    work.become(f"SELECT * FROM {{table}} WHERE {work.time} IS NOT NULL")  # noqa: S608
    timeless = before - work.rows
    if work.zone and (frequency.step_months or frequency.step_seconds >= _DAY):
        _to_local(work)
    work.put({"_bin": bins(frequency, work.times())})
    by = ", ".join([*([work.series] if work.series else []), "_bin"])
    chosen = [_cell(work, column.key, settings["how"]) for column in work.columns]
    alone = f"CASE WHEN count(*) = 1 AND min({work.time}) = _bin THEN min({FROM}) END AS {FROM}"
    moved = work.row(f"SELECT count(*) FILTER ({work.time} <> _bin) FROM {work.table}")[0]  # noqa: S608
    held = work.rows
    work.become(
        f"SELECT {', '.join(chosen)}, bool_or({ZONED}) AS {ZONED}, {alone} "  # noqa: S608
        f"FROM (SELECT rowid, * FROM {{table}}) GROUP BY {by} ORDER BY {by}"
    )
    merged_rows = held - work.rows
    work.frequency = frequency
    added = add_missing_rows(work)
    return Outcome().add(
        rows_merged=merged_rows, rows_added=added, rows_removed=timeless, times_moved=int(moved)
    )


def _to_local(work: Work) -> None:
    """A day is a day where the data come from; what is counted in days has no clock."""
    local = Clock(work.zone, is_utc=True).sql(work.time)
    work.become(f"SELECT * REPLACE ({local} AS {work.time}, false AS {ZONED}) FROM {{table}}")  # noqa: S608
    work.zone = ""


def _cell(work: Work, key: str, how: str) -> str:
    if key == work.time:
        return f"_bin AS {key}"
    return key if key == work.series else f"{merged(work.column(key), how)} AS {key}"


def _summary(settings: dict[str, Any]) -> str:
    frequency = frequency_words(str(settings.get("frequency") or ""))
    how = dict(HOW)[settings.get("how") or "mean"]
    return gettext("%(frequency)s, %(how)s of each step") % {"frequency": frequency, "how": how}


STEP = Step(
    "resample",
    _("Resample"),
    run,
    (
        Setting("frequency", "frequency", _("To a row"), "h",
                hint=_("such as h, 15min, D, W-MON or MS")),
        Setting("how", "choice", _("Keep the"), "mean", HOW),
    ),
    summary=_summary,
)  # fmt: skip
