"""Covariates of the calendar belong together: twenty waves are one part of a series, not twenty."""

from __future__ import annotations

from typing import Final

from forecasting.engine.errors import gettext_noop
from forecasting.engine.explaining.sentence import Sentence
from forecasting.engine.future.waves import WAVES, wave_names
from forecasting.engine.preprocessing.holiday_features import AROUND

HOLIDAY: Final = "holiday"
CALENDAR: Final = "calendar"
NAMES: Final = {
    HOLIDAY: Sentence.of(gettext_noop("holidays")),
    CALENDAR: Sentence.of(gettext_noop("other dates of the calendar")),
}
_HOLIDAYS: Final = frozenset({*AROUND, "holidays"})
_WAVES: Final = frozenset(name for cycle in WAVES for name in wave_names(cycle))
_DATES: Final = _WAVES | {"weekend", "month_start", "month_end", "working_days"}


def group_of(name: str) -> str:
    """The part a known covariate belongs to: of holidays, of other dates, "" of its own."""
    if name in _HOLIDAYS:
        return HOLIDAY
    return CALENDAR if name in _DATES else ""


def is_wave(name: str) -> bool:
    """Whether a covariate is a sine or cosine of the calendar, which tells nothing by itself."""
    return name in _WAVES
