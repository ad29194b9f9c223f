"""Say what clock the times were read from, and show them by another."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from datasets.building.finish import ZONED
from datasets.problems import DatasetProblem
from datasets.repairs.setting import Setting
from datasets.repairs.step import Step, require_time
from datasets.repairs.work import Outcome, Times, Work


def run(work: Work, settings: dict[str, Any]) -> Outcome:
    """The hour that the clock shows twice: its first row is summer time, its second is not."""
    require_time(work)
    source, target = settings["source"], settings["target"]
    if work.zone and source == work.zone:
        # People see this clock; what is stored is UTC.
        source = "UTC"
    times = work.times()
    moved = times.copy()
    for _series, first, last in work.spans():
        moved[first:last] = convert(times[first:last], source, target)
    work.put({work.time: moved})
    zoned = str(target == "UTC").lower()
    work.become(f"SELECT * REPLACE ({zoned} AS {ZONED}) FROM {{table}} ORDER BY {work.order}")  # noqa: S608
    work.zone = ""
    work.frequency = (
        None if work.frequency and work.frequency.step_seconds > 3600 else work.frequency
    )
    return Outcome().add(times_moved=int((moved != times).sum()))


def convert(times: Times, source: str, target: str) -> Times:
    """Local times of `source`, sorted, as local times of `target`."""
    if not len(times):
        return times
    try:
        index = pd.DatetimeIndex(times.astype("datetime64[ns]"))
    except pd.errors.OutOfBoundsDatetime as error:
        raise DatasetProblem(
            gettext("Times before 1678 or after 2261 cannot change their zone."), code="bad_time"
        ) from error
    again = np.concatenate([[False], times[1:] == times[:-1]])
    local = index.tz_localize(source, ambiguous=~again, nonexistent="shift_forward")
    found: Times = local.tz_convert(target).tz_localize(None).to_numpy("datetime64[us]")
    return found


def _summary(settings: dict[str, Any]) -> str:
    return gettext("%(source)s to %(target)s") % {
        "source": settings.get("source") or "UTC", "target": settings.get("target") or "UTC",
    }  # fmt: skip


STEP = Step(
    "zone",
    _("Convert the time zone"),
    run,
    (
        Setting("source", "zone", _("The times are"), "UTC"),
        Setting("target", "zone", _("Show them in"), "UTC"),
    ),
    summary=_summary,
)
