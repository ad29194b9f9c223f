"""Public holidays of a country as inputs of a model, from the ``holidays`` package."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.calendar_steps import Times
from forecasting.engine.errors import SettingsError, gettext_noop
from forecasting.engine.frequency import NANOSECONDS
from forecasting.engine.panel import Floats, Panel

AROUND: Final = ("holiday", "day_before_holiday", "day_after_holiday")
DAY: Final = np.timedelta64(1, "D")


def check_country(country: str, subdivision: str = "") -> None:
    """Raise SettingsError for a country or a part of it that has no holidays here."""
    from holidays import list_supported_countries  # noqa: PLC0415 -- only holidays need it

    known = list_supported_countries()
    if country not in known:
        raise SettingsError(
            gettext_noop(
                'There are no holidays for the country "%(country)s"; use one of these codes: '
                "%(known)s."
            ),
            country=country,
            known=", ".join(sorted(known)),
        )
    if subdivision and subdivision not in known[country]:
        raise SettingsError(
            gettext_noop(
                'There are no holidays for "%(subdivision)s" in %(country)s; use one of these '
                "codes: %(known)s."
            ),
            subdivision=subdivision,
            country=country,
            known=", ".join(known[country]) or "none",
        )


@cache
def holidays_of(country: str, subdivision: str, year: int) -> tuple[tuple[np.datetime64, str], ...]:
    """Days and names of the holidays of one year."""
    from holidays import country_holidays  # noqa: PLC0415

    found = country_holidays(
        country, subdiv=subdivision or None, years=year, expand=False, language="en_US"
    )
    return tuple((np.datetime64(day, "D"), found[day]) for day in sorted(found.keys()))


@dataclass
class HolidayFeatures:
    """Whether a day is a holiday, the day before or after one, and which holiday it is.

    One column for every name met in the fitted rows where ``each``. Steps longer than a day have
    no columns: a month is not a holiday.
    """

    country: str
    subdivision: str = ""
    each: bool = True
    names_: tuple[str, ...] = field(init=False, default=())

    def __post_init__(self) -> None:
        check_country(self.country, self.subdivision)

    def fit(self, panel: Panel) -> Self:
        """Learn which holidays the rows hold."""
        self.names_ = ()
        if panel.frequency.step_seconds > 2 * NANOSECONDS["D"] / 1e9:
            return self
        ends = panel.frequency.at(panel.starts, panel.lengths - 1)
        first, last = panel.starts.min().astype("datetime64[D]"), ends.max()
        days = np.arange(first, last.astype("datetime64[D]") + DAY, DAY)
        met = {name for _, name in self._listed(days)[1]} if self.each else set()
        self.names_ = (*AROUND, *sorted(met))
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """One name per column of ``apply``."""
        return self.names_

    def apply(self, times: Times) -> Floats:
        """Zeros and ones ``[..., F]`` for times ``[...]``."""
        if not self.names_:
            return np.zeros((*times.shape, 0))
        days, place = np.unique(times.astype("datetime64[D]"), return_inverse=True)
        free, listed = self._listed(days)
        table = np.zeros((len(days), len(self.names_)))
        for column, shift in enumerate((0, 1, -1)):
            table[:, column] = np.isin(days + shift * DAY, free)
        for day, name in listed:
            if name in self.names_:
                table[np.searchsorted(days, day), self.names_.index(name)] = 1.0
        return table[place.reshape(times.shape)]

    def _listed(self, days: Times) -> tuple[Times, list[tuple[np.datetime64, str]]]:
        """Holidays of the years of sorted ``days`` and their neighbours; those among ``days``."""
        years = [int(d.astype("datetime64[Y]").astype(np.int64)) + 1970 for d in days[[0, -1]]]
        met = [
            entry
            for year in range(years[0] - 1, years[1] + 2)
            for entry in holidays_of(self.country, self.subdivision, year)
        ]
        free: NDArray[np.datetime64] = np.array([day for day, _ in met], dtype="datetime64[D]")
        inside = np.isin(free, days)
        return free, [entry for entry, keep in zip(met, inside, strict=True) if keep]

    def learned(self) -> dict[str, Any]:
        """The columns, as JSON."""
        return {"names": list(self.names_)}

    def restore(self, facts: dict[str, Any]) -> None:
        """Take back what ``learned`` gave."""
        self.names_ = tuple(facts["names"])
