"""What the calendar says about each time: known ahead, so any forecast may use it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from datasets.problems import DatasetProblem
from datasets.repairs.setting import Setting
from datasets.repairs.step import Step, require_time
from datasets.repairs.work import NUMBER, Floats, Outcome, Work

# Name → (how to read it off an index, the lowest value, how many there are).
Reader = Callable[[pd.DatetimeIndex], Any]
FEATURES: dict[str, tuple[Reader, int, int]] = {
    "minute": (lambda times: times.minute, 0, 60),
    "hour": (lambda times: times.hour, 0, 24),
    "weekday": (lambda times: times.weekday, 0, 7),
    "day": (lambda times: times.day, 1, 31),
    "day_of_year": (lambda times: times.dayofyear, 1, 366),
    "week": (lambda times: times.isocalendar().week, 1, 53),
    "month": (lambda times: times.month, 1, 12),
    "quarter": (lambda times: times.quarter, 1, 4),
    "year": (lambda times: times.year, 0, 0),
    "is_weekend": (lambda times: times.weekday >= 5, 0, 0),
}
WORDS = (
    ("minute", _("minute")),
    ("hour", _("hour")),
    ("weekday", _("weekday")),
    ("day", _("day of the month")),
    ("day_of_year", _("day of the year")),
    ("week", _("week")),
    ("month", _("month")),
    ("quarter", _("quarter")),
    ("year", _("year")),
    ("is_weekend", _("weekend")),
)
FORMS = (
    ("number", _("Number")),
    ("scaled", _("From −0.5 to 0.5")),
    ("cyclic", _("Sine and cosine")),
)


def run(work: Work, settings: dict[str, Any]) -> Outcome:
    """One column, or two for sine and cosine."""
    feature = settings["feature"]
    return add_features(work, [feature], settings["form"], settings["zone"])


def add_features(work: Work, features: list[str], form: str, zone: str | None) -> Outcome:
    """New number columns with these features, by the clock of `zone` when times are UTC.

    Without a zone it is the clock by which people read the times.
    """
    require_time(work)
    index = _local(work, zone or work.zone)
    missing = np.asarray(index.isna())
    made: dict[str, Floats] = {}
    for feature in features:
        read, low, count = FEATURES[feature]
        values = np.full(len(index), np.nan)
        values[~missing] = np.asarray(read(index[~missing]), dtype=np.float64)
        for name, found in _formed(feature, values, low, count, form):
            made[work.add_column(name, NUMBER, "known")] = found
    work.put(made)
    return Outcome().add(columns_added=len(made))


def _local(work: Work, zone: str | None) -> pd.DatetimeIndex:
    try:
        index = pd.DatetimeIndex(work.times().astype("datetime64[ns]"))
    except pd.errors.OutOfBoundsDatetime as error:
        raise DatasetProblem(
            gettext("Times before 1678 or after 2261 have no calendar here."), code="bad_time"
        ) from error
    if not zone:
        return index
    return index.tz_localize("UTC").tz_convert(zone).tz_localize(None)


def _formed(
    feature: str, values: Floats, low: int, count: int, form: str
) -> list[tuple[str, Floats]]:
    if not count or form == "number":
        return [(feature, values)]
    share = (values - low) / (count if form == "cyclic" else count - 1)
    if form == "scaled":
        return [(feature, share - 0.5)]
    turn = 2 * np.pi * share
    return [(f"{feature}_sin", np.sin(turn)), (f"{feature}_cos", np.cos(turn))]


def _summary(settings: dict[str, Any]) -> str:
    feature = str(dict(WORDS).get(settings.get("feature") or "is_weekend", ""))
    zone = settings.get("zone")
    return f"{feature}, {zone}" if zone else feature


STEP = Step(
    "calendar",
    _("Derive from the calendar"),
    run,
    (
        Setting("feature", "choice", _("Take"), "is_weekend", WORDS),
        Setting("form", "choice", _("As"), "number", FORMS),
        Setting(
            "zone", "zone", _("Clock of"), hint=_("when the times are UTC, such as Europe/Berlin")
        ),
    ),
    "derive",
    _summary,
)
