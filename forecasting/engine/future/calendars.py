"""Covariates that follow from the time alone, for rows of the past and of the future alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd

from forecasting.engine.calendar_steps import DAY, Times
from forecasting.engine.errors import SettingsError, gettext_noop
from forecasting.engine.frequency import Frequency
from forecasting.engine.future.step_days import free_days, holidays_around, working_days
from forecasting.engine.future.waves import WAVES, wave_names, waves
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.preprocessing.calendar_features import CalendarFeatures
from forecasting.engine.preprocessing.holiday_features import (
    AROUND,
    HolidayFeatures,
    check_country,
)

DAY_SECONDS: Final = 86_400.0
EACH: Final = "each_holiday"
FEATURES: Final = (
    *WAVES,
    "weekend",
    "month_start",
    "month_end",
    "working_days",
    "holidays",
    EACH,
)


@dataclass(frozen=True)
class Calendar:
    """Chosen ``features`` of the times of one frequency.

    ``second`` … ``quarter`` are waves over that cycle; ``weekend``, ``month_start`` and
    ``month_end`` mark days; ``holidays`` marks holidays, the days before and the days after them
    (their number in steps longer than a day), ``each_holiday`` every one of ``met`` by its name;
    ``working_days`` counts Mondays to Fridays in steps longer than a day, less the holidays of
    ``country`` and ``subdivision``. Times of the day are read in ``zone``; without one as they are.
    """

    features: tuple[str, ...]
    country: str = ""
    subdivision: str = ""
    zone: str = ""
    met: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        unknown = [name for name in self.features if name not in FEATURES]
        if unknown:
            raise SettingsError(
                gettext_noop("There is no calendar feature %(given)s; there are %(known)s."),
                given=", ".join(unknown),
                known=", ".join(FEATURES),
            )
        if self.country:
            check_country(self.country, self.subdivision)
        elif {"holidays", EACH} & set(self.features):
            raise SettingsError(gettext_noop("Holidays need a country, for example DE or US."))
        if self.zone:
            _check_zone(self.zone)

    @staticmethod
    def of(
        panel: Panel,
        features: Sequence[str] | None = None,
        country: str = "",
        subdivision: str = "",
        zone: str = "",
    ) -> Calendar:
        """The ``features``, or those that the frequency and length of the panel can tell."""
        chosen = usual(panel, country) if features is None else tuple(features)
        met: tuple[str, ...] = ()
        if EACH in chosen and country:
            found = HolidayFeatures(country, subdivision).fit(panel).names
            met = tuple(name for name in found if name not in AROUND)
        return Calendar(chosen, country, subdivision, zone, met)

    def names(self, frequency: Frequency) -> tuple[str, ...]:
        """One name per column of ``table``."""
        return tuple(name for feature in self.features for name in self._names(feature, frequency))

    def table(self, times: Times, frequency: Frequency) -> Floats:
        """The covariates ``[n, K]`` at times ``[n]``."""
        local = self._local(times, frequency)
        columns = [self._columns(feature, local, frequency) for feature in self.features]
        return np.concatenate([np.empty((len(times), 0)), *columns], axis=1)

    def facts(self) -> dict[str, Any]:
        """As JSON; ``Calendar.restored`` takes it."""
        return asdict(self)

    @staticmethod
    def restored(facts: dict[str, Any]) -> Calendar:
        """What ``facts`` gave."""
        lists = {name: tuple(facts[name]) for name in ("features", "met")}
        return Calendar(**facts | lists)

    def _names(self, feature: str, frequency: Frequency) -> tuple[str, ...]:
        if feature in WAVES:
            return wave_names(feature)
        if feature == EACH:
            return self.met
        if feature == "holidays" and within_a_day(frequency):
            return AROUND
        return (feature,)

    def _columns(self, feature: str, times: Times, frequency: Frequency) -> Floats:
        if feature in WAVES:
            return waves(times, feature)
        if feature in ("holidays", EACH) and (feature == EACH or within_a_day(frequency)):
            marks = HolidayFeatures(self.country, self.subdivision)
            marks.restore({"names": (*AROUND, *self.met)})
            table = marks.apply(times)
            return table[:, len(AROUND) :] if feature == EACH else table[:, : len(AROUND)]
        if feature in ("holidays", "working_days"):
            free = holidays_around(times, self.country, self.subdivision)
            count = working_days if feature == "working_days" else free_days
            return np.asarray(count(frequency, times, free)[:, None], dtype=np.float64)
        return np.asarray(_marked(feature, times, frequency)[:, None], dtype=np.float64)

    def _local(self, times: Times, frequency: Frequency) -> Times:
        """Wall-clock times of the zone; days and longer steps have no time of the day."""
        if not self.zone or not frequency.step_nanoseconds or frequency.step_seconds >= DAY_SECONDS:
            return times
        stamps = pd.DatetimeIndex(times).tz_localize("UTC").tz_convert(self.zone)
        local: Times = stamps.tz_localize(None).to_numpy(dtype="datetime64[ns]")
        return local


def usual(panel: Panel, country: str = "") -> tuple[str, ...]:
    """What the frequency shows and the longest series holds two cycles of.

    Weekends, months' edges and holidays where steps are at most a day; working days where longer.
    """
    seen = CalendarFeatures().fit(panel).parts_
    if "day_of_year" in seen:
        seen = tuple(name for name in seen if name not in ("month", "quarter"))
    if "month" in seen:
        seen = tuple(name for name in seen if name != "quarter")
    frequency = panel.frequency
    if not within_a_day(frequency):
        varies = bool(country or frequency.step_months) and frequency.step_months < 12
        return (*seen, *(("working_days",) if varies else ()))
    weekend = ("weekend",) if "weekday" in seen and frequency.unit != "B" else ()
    edges = ("month_start", "month_end") if "day_of_month" in seen else ()
    return (*seen, *weekend, *edges, *(("holidays",) if country else ()))


def within_a_day(frequency: Frequency) -> bool:
    """Whether a step is at most a day, or one business day."""
    return frequency.step_seconds <= DAY_SECONDS or (frequency.unit, frequency.multiple) == ("B", 1)


def _marked(feature: str, times: Times, frequency: Frequency) -> Any:
    """Whether a day is on a weekend, or the first or last one of its month that is stepped on."""
    days = times.astype("datetime64[D]")
    if feature == "weekend":
        return ~np.is_busday(days)
    one = np.ones(len(days), dtype=np.int64) * (1 if feature == "month_end" else -1)
    beside = frequency.at(times, one) if frequency.unit == "B" else days + one * DAY
    return beside.astype("datetime64[M]") != days.astype("datetime64[M]")


def _check_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise SettingsError(
            gettext_noop(
                'There is no time zone "%(zone)s"; use a name like Europe/Berlin or Asia/Shanghai.'
            ),
            zone=zone,
        ) from None
