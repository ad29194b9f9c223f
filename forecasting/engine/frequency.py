"""How often a series ticks: the only frequency code of the product."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.engine.calendar_steps import (
    Steps,
    Times,
    business_days,
    business_steps,
    month_edge,
    month_steps,
    months_after,
    split_clock,
)
from forecasting.engine.errors import (
    BadTimesError,
    IrregularTimesError,
    SettingsError,
    UnknownFrequencyError,
    gettext_noop,
)
from forecasting.engine.horizons import MAX_HORIZON, check_horizon, horizon_steps

__all__ = ["MAX_HORIZON", "Frequency", "check_horizon", "horizon_steps", "infer"]

NANOSECONDS: Final = {
    "ns": 1,
    "us": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "min": 60_000_000_000,
    "h": 3_600_000_000_000,
    "D": 86_400_000_000_000,
    "W": 604_800_000_000_000,
}
MONTHS: Final = {"M": 1, "Q": 3, "Y": 12}
# Steps per cycle of each unit, the usual one first; a multiple divides them where it can.
CYCLES: Final = {
    "ns": (1_000,),
    "us": (1_000,),
    "ms": (1_000, 60_000),
    "s": (60, 3_600),
    "min": (1_440, 10_080),
    "h": (24, 168),
    "D": (7, 365),
    "B": (5,),
    "W": (52,),
    "M": (12,),
    "Q": (4,),
    "Y": (1,),
}
WEEKDAYS: Final = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
MONTH_NAMES: Final = (
    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
)  # fmt: skip
EDGES: Final = {"S": "start", "E": "end", "BS": "bstart", "BE": "bend"}
# Every spelling pandas has used, old and new, and the words people write.
SPELLINGS: Final = {
    "N": "ns", "ns": "ns", "U": "us", "us": "us", "L": "ms", "ms": "ms",
    "S": "s", "s": "s", "sec": "s", "T": "min", "min": "min", "t": "min",
    "H": "h", "h": "h", "hr": "h", "D": "D", "d": "D", "B": "B", "C": "B", "W": "W", "w": "W",
    "M": "ME", "ME": "ME", "MS": "MS", "BM": "BME", "BME": "BME", "BMS": "BMS",
    "Q": "QE", "QE": "QE", "QS": "QS", "BQ": "BQE", "BQE": "BQE", "BQS": "BQS",
    "A": "YE", "Y": "YE", "YE": "YE", "AS": "YS", "YS": "YS",
    "BA": "BYE", "BY": "BYE", "BYE": "BYE", "BAS": "BYS", "BYS": "BYS",
    "secondly": "s", "minutely": "min", "hourly": "h", "daily": "D", "weekly": "W",
    "monthly": "MS", "quarterly": "QS", "yearly": "YS", "annual": "YS", "annually": "YS",
}  # fmt: skip
UNIT_WORDS: Final = {
    "ns": "nanosecond",
    "us": "microsecond",
    "ms": "millisecond",
    "s": "second",
    "min": "minute",
    "h": "hour",
    "D": "day",
    "B": "business day",
    "W": "week",
    "M": "month",
    "Q": "quarter",
    "Y": "year",
}
# With fewer differences on the grid than this the times have no common step.
LEAST_ON_GRID: Final = 0.5
_ALIAS = re.compile(r"^\s*(\d*)\s*([A-Za-z]+)\s*(?:[-@]\s*([A-Za-z0-9]+))?\s*$")


@dataclass(frozen=True)
class Frequency:
    """One step along the clock or the calendar.

    ``unit`` is one of ``ns us ms s min h D B W M Q Y``; ``edge`` says which day of the month
    (``start``, ``end``, ``bstart``, ``bend`` or a number); ``anchor`` the weekday of a week or the
    month that ends (starts) a quarter or year. ``seasons`` are steps per cycle, the usual one
    first, where somebody knows better than the calendar.
    """

    unit: str
    multiple: int = 1
    edge: str = ""
    anchor: str = ""
    seasons: tuple[int, ...] = ()

    @staticmethod
    def parse(alias: str | Frequency | pd.offsets.BaseOffset) -> Frequency:
        """Read a pandas alias of any age (``H``, ``15T``, ``M``, ``W-MON``) or a word."""
        if isinstance(alias, Frequency):
            return alias
        text = alias if isinstance(alias, str) else alias.freqstr
        found = _ALIAS.match(text)
        known = SPELLINGS.get(found[2]) or SPELLINGS.get(found[2].lower()) if found else None
        if found is None or known is None or (found[2] == "m"):
            return _parse_duration(text)
        multiple = int(found[1] or 1)
        if multiple < 1:
            raise _unknown(text)
        return _build(text, known, multiple, (found[3] or "").upper())

    @property
    def alias(self) -> str:
        """The current pandas spelling; a day of the month that pandas cannot name is ``MS@15``."""
        count = "" if self.multiple == 1 else str(self.multiple)
        if self.unit not in MONTHS:
            return f"{count}{self.unit}" + (f"-{self.anchor}" if self.anchor else "")
        if self.edge.isdigit():
            return f"{count}{self.unit}S@{self.edge}"
        code = next(code for code, edge in EDGES.items() if edge == self.edge)
        name = f"B{self.unit}{code[1]}" if len(code) == 2 else f"{self.unit}{code}"
        return f"{count}{name}" + (f"-{self.anchor}" if self.anchor else "")

    def __str__(self) -> str:
        return self.alias

    @property
    def step_months(self) -> int:
        """Months per step, 0 for a frequency that does not follow months."""
        return MONTHS.get(self.unit, 0) * self.multiple

    @property
    def step_nanoseconds(self) -> int:
        """Nanoseconds per step, 0 for a frequency that follows a calendar."""
        return NANOSECONDS.get(self.unit, 0) * self.multiple

    @property
    def step_seconds(self) -> float:
        """Mean seconds per step; months and business days by the average year."""
        if self.step_nanoseconds:
            return self.step_nanoseconds / 1e9
        if self.unit == "B":
            return 86_400.0 * self.multiple * 7 / 5
        return self.step_months * 365.2425 / 12 * 86_400.0

    @property
    def season_lengths(self) -> tuple[int, ...]:
        """Steps per natural cycle, the usual one first; (1,) where there is none."""
        if self.seasons:
            return self.seasons
        cycles = CYCLES[self.unit]
        if self.unit == "D" and self.multiple % 7 == 0:
            cycles = (52 * 7,)
        lengths = [c // self.multiple for c in cycles if c % self.multiple == 0]
        return tuple(length for length in lengths if length > 1) or (1,)

    @property
    def season_length(self) -> int:
        """Steps of the usual cycle."""
        return self.season_lengths[0]

    @property
    def label(self) -> str:
        """The frequency in plain English: "every 15 minutes", "every week (Monday)"."""
        word = UNIT_WORDS[self.unit]
        text = f"every {word}" if self.multiple == 1 else f"every {self.multiple} {word}s"
        if self.unit == "W" and self.anchor:
            day = pd.Timestamp("2024-01-01") + pd.Timedelta(days=WEEKDAYS.index(self.anchor))
            return f"{text} ({day.day_name()})"
        where = {"start": "start", "end": "end", "bstart": "first weekday", "bend": "last weekday"}
        if self.edge:
            return f"{text} ({where.get(self.edge, 'day ' + self.edge)})"
        return text

    @property
    def offset(self) -> pd.offsets.BaseOffset:
        """The same step as a pandas offset."""
        if self.edge.isdigit():
            return pd.DateOffset(months=self.step_months)
        return pd.tseries.frequencies.to_offset(self.alias)

    def add(self, start: pd.Timestamp | np.datetime64, steps: int) -> pd.Timestamp:
        """The time ``steps`` steps after ``start`` (before it when negative)."""
        origin = np.array([start], dtype="datetime64[ns]")
        return pd.Timestamp(self.at(origin, np.array([steps], dtype=np.int64))[0])

    def range(self, start: pd.Timestamp | np.datetime64, count: int) -> pd.DatetimeIndex:
        """``count`` times from ``start`` on."""
        origin = np.array([start], dtype="datetime64[ns]")
        return pd.DatetimeIndex(self.at(origin, np.arange(count, dtype=np.int64)))

    def at(self, starts: Times, steps: Steps) -> Times:
        """Times ``steps`` steps after ``starts``; the two broadcast against each other."""
        steps = np.asarray(steps, dtype=np.int64)
        if self.step_nanoseconds:
            gap = (steps * self.step_nanoseconds).astype("timedelta64[ns]")
            times: Times = starts.astype("datetime64[ns]") + gap
            return times
        if self.unit == "B":
            return business_days(starts, steps * self.multiple)
        return months_after(starts, steps * self.step_months, self.edge)

    def positions(self, starts: Times, times: Times) -> tuple[Steps, NDArray[np.bool_]]:
        """Steps from ``starts`` to ``times``, and whether each time stands on that grid."""
        if self.step_nanoseconds:
            gap = (times.astype("datetime64[ns]") - starts.astype("datetime64[ns]")).astype(
                np.int64
            )
            steps, rest = np.divmod(gap, self.step_nanoseconds)
            return steps, rest == 0
        if self.unit == "B":
            steps = business_steps(starts, times) // self.multiple
        else:
            steps = month_steps(starts, times) // self.step_months
        return steps, self.at(starts, steps) == times.astype("datetime64[ns]")

    def with_seasons(self, seasons: Sequence[int]) -> Frequency:
        """The same step with cycles of one's own. Raises SettingsError where one is none."""
        lengths = tuple(dict.fromkeys(int(length) for length in seasons))
        if any(length < 2 for length in lengths):
            raise SettingsError(
                gettext_noop("A season has at least 2 steps, not %(steps)s."), steps=min(lengths)
            )
        return replace(self, seasons=lengths)

    def settled(self, times: Times) -> Frequency:
        """This frequency with the weekday or day of month that ``times`` really stand on.

        A bare "W" or "M" means Sundays and month ends; people write it for Mondays and month
        starts all the same.
        """
        if self.unit == "W":
            weekday = int(times[0].astype("datetime64[D]").astype(np.int64) + 3) % 7
            return replace(self, anchor=WEEKDAYS[weekday])
        if self.step_months and len(times) > 1:
            found = _infer_months(np.unique(times))
            if found is not None and found.step_months % self.step_months == 0:
                anchor = found.anchor if found.unit == self.unit else self.anchor
                return replace(self, edge=found.edge, anchor="" if found.edge.isdigit() else anchor)
        return self


def _build(text: str, known: str, multiple: int, anchor: str) -> Frequency:
    if known in NANOSECONDS and known != "W":
        if anchor:
            raise _unknown(text)
        return _largest_unit(multiple * NANOSECONDS[known])
    if known == "B":
        return Frequency("B", multiple)
    if known == "W":
        if anchor and anchor not in WEEKDAYS:
            raise _unknown(text)
        return Frequency("W", multiple, anchor=anchor or "SUN")
    unit = known[-2]
    edge = EDGES[known.replace(unit, "", 1)]
    if anchor.isdigit() and 1 <= int(anchor) <= 31:
        return Frequency(unit, multiple, edge=str(int(anchor)))
    if anchor and anchor not in MONTH_NAMES:
        raise _unknown(text)
    if unit == "M":
        return Frequency(unit, multiple, edge=edge)
    return Frequency(unit, multiple, edge, anchor or ("DEC" if edge.endswith("end") else "JAN"))


def _largest_unit(nanoseconds: int) -> Frequency:
    for unit in ("D", "h", "min", "s", "ms", "us", "ns"):
        if nanoseconds % NANOSECONDS[unit] == 0:
            return Frequency(unit, nanoseconds // NANOSECONDS[unit])
    raise AssertionError(nanoseconds)


def _parse_duration(text: str) -> Frequency:
    if re.fullmatch(r"\s*\d*\s*m\s*", text):
        raise UnknownFrequencyError(
            gettext_noop('"%(text)s" is unclear: write "min" for minutes or "ME" for month ends.'),
            text=text,
        )
    try:
        nanoseconds = pd.Timedelta(text).value
    except (ValueError, OverflowError):
        raise _unknown(text) from None
    if nanoseconds <= 0:
        raise _unknown(text)
    return _largest_unit(nanoseconds)


def _unknown(text: str) -> UnknownFrequencyError:
    return UnknownFrequencyError(
        gettext_noop(
            '"%(text)s" is not a frequency; use for example "h", "15min", "D", "W-MON", "MS".'
        ),
        text=text,
    )


def infer(times: Any) -> Frequency:
    """The frequency of time stamps in any order; gaps are allowed, repeated times ignored.

    Raises BadTimesError with fewer than two different times and IrregularTimesError when fewer
    than half of the steps agree on one grid.
    """
    stamps = np.unique(
        pd.DatetimeIndex(times).dropna().tz_localize(None).to_numpy("datetime64[ns]")
    )
    if len(stamps) < 2:
        raise BadTimesError(
            gettext_noop(
                "The frequency cannot be found from fewer than two different times; "
                "name it, for example frequency='D'."
            )
        )
    return _infer_months(stamps) or _infer_days(stamps) or _infer_fixed(stamps)


def _infer_months(stamps: Times) -> Frequency | None:
    days, clock = split_clock(stamps)
    gaps = np.diff(days).astype(np.int64)
    if gaps.min() < 28 or np.any(clock != clock[0]):
        return None
    edge = month_edge(days)
    months = days.astype("datetime64[M]").astype(np.int64)
    if edge is None:
        return None
    step = int(np.gcd.reduce(np.diff(months)))
    name = MONTH_NAMES[int(months[0] % 12)]
    if edge.isdigit():
        return Frequency("M", step, edge=edge)
    if step % 12 == 0:
        return Frequency("Y", step // 12, edge, name)
    if step % 3 == 0:
        return Frequency("Q", step // 3, edge, _quarter_anchor(int(months[0] % 12), edge))
    return Frequency("M", step, edge)


def _quarter_anchor(month: int, edge: str) -> str:
    first = month % 3
    return MONTH_NAMES[first + 9] if edge.endswith("end") else MONTH_NAMES[first]


def _infer_days(stamps: Times) -> Frequency | None:
    days, clock = split_clock(stamps)
    if np.any(clock != clock[0]):
        return None
    gaps = np.diff(days).astype(np.int64)
    weekdays = (days.astype(np.int64) + 3) % 7
    common = int(np.bincount(np.minimum(gaps, 400)).argmax())
    if common == 1 and weekdays.max() < 5 and _crosses_weekend(days):
        return Frequency("B")
    if common % 7 == 0 and np.all(gaps % common == 0):
        return Frequency("W", common // 7, anchor=WEEKDAYS[int(weekdays[0])])
    return None


def _crosses_weekend(days: Times) -> bool:
    return bool((days[-1] - days[0]).astype(np.int64) >= np.busday_count(days[0], days[-1]) + 2)


def _infer_fixed(stamps: Times) -> Frequency:
    gaps = np.diff(stamps).astype(np.int64)
    sizes, counts = np.unique(gaps, return_counts=True)
    common = int(sizes[counts.argmax()])
    smallest = int(np.gcd.reduce(gaps))
    if smallest != common and np.any(gaps % common):
        filled = len(stamps) / (int(gaps.sum()) // smallest + 1)
        common = smallest if filled >= LEAST_ON_GRID else common
    if np.mean(gaps % common == 0) < LEAST_ON_GRID:
        raise IrregularTimesError(
            gettext_noop(
                "The times follow no regular step (the most frequent gap is %(gap)s, only "
                "%(share)s%% of the gaps fit it); resample the table to a fixed frequency first."
            ),
            gap=pd.Timedelta(common),
            share=round(100 * float(np.mean(gaps % common == 0))),
        )
    return Frequency.parse(pd.tseries.frequencies.to_offset(pd.Timedelta(common)))
