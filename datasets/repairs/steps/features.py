"""Time and lag features by themselves, as time-series benchmarks use them.

Time features follow the frequency and run from −0.5 to 0.5: an hourly series gets hour, weekday,
day of the month and day of the year. Lags are the step before, one season and two seasons before,
and the mean of the season before the row.
"""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from datasets.repairs.clock import settle
from datasets.repairs.setting import Setting
from datasets.repairs.step import VALUE_COLUMNS, Step, chosen
from datasets.repairs.steps import calendar, rolling, shifted
from datasets.repairs.work import Outcome, Work

_BY_UNIT: Final = {
    "min": ["minute", "hour", "weekday", "day", "day_of_year"],
    "h": ["hour", "weekday", "day", "day_of_year"],
    "D": ["weekday", "day", "day_of_year"],
    "B": ["weekday", "day", "day_of_year"],
    "W": ["day", "week"],
    "M": ["month"],
    "Q": ["quarter"],
    "Y": [],
}
_FORMS = (calendar.FORMS[1], calendar.FORMS[2], calendar.FORMS[0])


def add_time_features(work: Work, settings: dict[str, Any]) -> Outcome:
    """The features that the frequency lets vary."""
    features = _BY_UNIT.get(settle(work).unit, _BY_UNIT["min"])
    return calendar.add_features(work, features, settings["form"], settings["zone"])


def add_lag_features(work: Work, settings: dict[str, Any]) -> Outcome:
    """Lags of every target, none of which knows more than the row before."""
    season = settle(work).season_length
    steps = sorted({1, season, 2 * season})
    keys = chosen(work, settings["columns"])
    outcome = shifted.derive(
        work, {"columns": keys, "steps": steps}, "lag", lambda now, before: before
    )
    if season > 1:
        window = {"window": season, "statistic": "mean", "back": 1}
        outcome.add(**rolling.derive(work, keys, window).counts)
    return outcome


TIME_FEATURES = Step(
    "time_features",
    _("Time features"),
    add_time_features,
    (
        Setting("form", "choice", _("As"), "scaled", _FORMS),
        Setting(
            "zone", "zone", _("Clock of"), hint=_("when the times are UTC, such as Europe/Berlin")
        ),
    ),
    "derive",
    lambda settings: str(_("those that suit the frequency")),
)
LAG_FEATURES = Step(
    "lag_features",
    _("Lag features"),
    add_lag_features,
    (VALUE_COLUMNS,),
    "derive",
    lambda settings: str(_("1 step, 1 season and 2 seasons back")),
)
