"""The inputs of the boosted trees as people call them, each in the group it belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from forecasting.engine.boosting.plan import Plan
from forecasting.engine.errors import gettext_noop
from forecasting.engine.explaining import time_words
from forecasting.engine.explaining.sentence import Name, Sentence
from forecasting.engine.frequency import Frequency

GROUPS: Final = {
    "series": gettext_noop("which series it is"),
    "step": gettext_noop("how far ahead the step lies"),
    "recent": gettext_noop("the newest values"),
    "cycle": gettext_noop("the same time of earlier cycles"),
    "calendar": gettext_noop("clock and calendar"),
    "holiday": gettext_noop("holidays"),
    "known": gettext_noop("known covariates"),
    "past": gettext_noop("past covariates"),
    "static": gettext_noop("static covariates"),
}
STATISTICS: Final = {
    "mean": gettext_noop("mean of the last %(span)s"),
    "std": gettext_noop("spread of the last %(span)s"),
    "min": gettext_noop("smallest value of the last %(span)s"),
    "max": gettext_noop("largest value of the last %(span)s"),
    "ewm": gettext_noop("weighted mean of about %(span)s"),
}
WORDS: Final = {
    "series": gettext_noop("series"),
    "channel": gettext_noop("channel"),
    "step": gettext_noop("step ahead"),
    "second": gettext_noop("second of the minute"),
    "minute": gettext_noop("minute of the hour"),
    "hour": gettext_noop("hour of the day"),
    "weekday": gettext_noop("day of the week"),
    "day_of_month": gettext_noop("day of the month"),
    "day_of_year": gettext_noop("day of the year"),
    "month": gettext_noop("month of the year"),
    "quarter": gettext_noop("quarter of the year"),
    "holiday": gettext_noop("holiday"),
    "day_before_holiday": gettext_noop("day before a holiday"),
    "day_after_holiday": gettext_noop("day after a holiday"),
}


@dataclass(frozen=True)
class Feature:
    """One column of the trees: ``key`` as of ``feature_names_``, its group and its name."""

    key: str
    group: str
    name: Name


def features(plan: Plan, frequency: Frequency) -> tuple[Feature, ...]:
    """All columns in the order of ``plan.names()``."""
    found = tuple(_walk(plan, frequency))
    assert tuple(f.key for f in found) == plan.names()
    return found


def _walk(plan: Plan, frequency: Frequency) -> Iterator[Feature]:
    for key in plan.categories():
        yield Feature(key, "series", Sentence.of(WORDS[key]))
    if plan.with_step:
        yield Feature("step", "step", Sentence.of(WORDS["step"]))
    for key in plan.lags.names:
        yield Feature(key, "recent", _lagged(key, frequency))
    for season in plan.seasons:
        yield from _phases(plan, season, frequency)
    for group, columns in (("calendar", plan.calendar), ("holiday", plan.holidays)):
        for key in columns.names if columns else ():
            yield Feature(key, group, Sentence.of(WORDS[key]) if key in WORDS else key)
    yield from _covariates(plan, frequency)


def _covariates(plan: Plan, frequency: Frequency) -> Iterator[Feature]:
    for name in plan.known:
        yield Feature(name, "known", name)
        change = Sentence.of(gettext_noop("%(name)s compared with before"), name=name)
        yield Feature(f"{name}_change", "known", change)
    for name in plan.past:
        for key in plan.past_lags.names:
            label = Sentence.of(
                gettext_noop("%(name)s: %(what)s"), name=name, what=_lagged(key, frequency)
            )
            yield Feature(f"{name}_{key}", "past", label)
    for name in plan.static:
        yield Feature(name, "static", name)


def _lagged(key: str, frequency: Frequency) -> Sentence:
    kind, _, steps = key.partition("_")
    if kind == "lag":
        return time_words.ago(frequency, int(steps))
    return Sentence.of(STATISTICS[kind], span=time_words.span(frequency, int(steps)))


def _phases(plan: Plan, season: int, frequency: Frequency) -> Iterator[Feature]:
    for back in range(1, plan.counts(season)[0] + 1):
        name = Sentence.of(
            gettext_noop("the same time %(span)s before"),
            span=time_words.span(frequency, season * back),
        )
        yield Feature(f"season_{season}_back_{back}", "cycle", name)
    mean = Sentence.of(
        gettext_noop("mean of %(band)s"), band=time_words.same_place(frequency, season)
    )
    yield Feature(f"season_{season}_mean", "cycle", mean)
