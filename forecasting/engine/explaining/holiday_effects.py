"""What each holiday of a country did to a series: the mean of its days, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.calendar_steps import Times
from forecasting.engine.explaining.calendar_parts import HOLIDAY
from forecasting.engine.explaining.components import Components
from forecasting.engine.explaining.decomposing import Parts
from forecasting.engine.explaining.splitting import REST, SEASON, TREND
from forecasting.engine.panel import Floats
from forecasting.engine.preprocessing.holiday_features import holidays_of

# As wide as the inner band of a forecast.
LEVEL: Final = 0.8


@dataclass(frozen=True)
class HolidayEffect:
    """Mean of the rows of its ``times`` past days, in the unit of the series, less what is usual.

    ``low`` and ``high`` hold 80 % by Student's t over the days; None where there was only one.
    ``coming`` says that a step of the forecast falls on it, ``steps`` which is the first of each
    such day (0 is the first step).
    """

    name: str
    times: int
    mean: float
    low: float | None
    high: float | None
    coming: bool
    steps: tuple[int, ...] = ()


def holiday_effects(
    found: Components, place: int, days: Times, country: str, subdivision: str = ""
) -> list[HolidayEffect]:
    """Of the series at a place, the largest first; none where steps are longer than a day.

    ``days`` ``[T + H]`` are the local dates of its rows. An effect is what the trend, the cycles
    and other covariates leave over. The holidays themselves are kept out of trend and cycles, which
    would take a part of the effect otherwise.
    """
    past = found.parts.shape[2] - found.horizon
    known = np.flatnonzero(~np.isnan(found.past[place, 0]))
    if not len(known):
        return []
    by_name = _dates(days[known[0]], days[-1], country, subdivision)
    free = np.isin(days[:past], [day for dates in by_name.values() for day in dates])
    left = _left(found, place, free, int(known[0]))
    effects = []
    for name, dates in by_name.items():
        means = [left[days[:past] == day] for day in dates]
        seen = np.array([np.nanmean(rows) for rows in means if not np.isnan(rows).all()])
        if len(seen):
            low, high = _between(seen)
            steps = _first_steps(days[past:], dates)
            mean = float(seen.mean())
            effects.append(HolidayEffect(name, len(seen), mean, low, high, bool(steps), steps))
    return sorted(effects, key=lambda one: -abs(one.mean))


def _dates(
    first: np.datetime64, last: np.datetime64, country: str, subdivision: str
) -> dict[str, list[np.datetime64]]:
    """The days of every holiday by its name."""
    by_name: dict[str, list[np.datetime64]] = {}
    begin, end = (int(day.astype("datetime64[Y]").astype(int)) + 1970 for day in (first, last))
    for year in range(begin, end + 1):
        for day, name in holidays_of(country, subdivision, year):
            by_name.setdefault(name, []).append(day)
    return by_name


def _left(found: Components, place: int, free: NDArray[np.bool_], first: int) -> Floats:
    """What is left of the past ``[T]`` by a trend and cycles of its other days, less their mean."""
    kinds = np.isin(found.kinds, (TREND, SEASON, HOLIDAY, REST))
    column = found.past[place, kinds].sum(axis=0)
    left = np.full(len(column), np.nan)
    others = np.where(free, np.nan, column)[first:]
    if np.isnan(others).all():
        return left
    left[first:] = column[first:] - Parts.of(others, found.cycles(place)).whole
    usual = float(np.nanmean(left[~free]))
    return left - usual


def _first_steps(days: Times, dates: list[np.datetime64]) -> tuple[int, ...]:
    found = (np.flatnonzero(days == day) for day in dates)
    return tuple(sorted(int(steps[0]) for steps in found if len(steps)))


def _between(seen: Floats) -> tuple[float | None, float | None]:
    if len(seen) < 2:
        return None, None
    from scipy import stats  # noqa: PLC0415 -- slow to import

    half = stats.t.ppf(0.5 + LEVEL / 2, len(seen) - 1) * seen.std(ddof=1) / np.sqrt(len(seen))
    return float(seen.mean() - half), float(seen.mean() + half)
