"""Horizons in words and sensible ones for every frequency."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext, ngettext

from forecasting.engine.frequency import Frequency

_DAY, _HOUR, _MINUTE = 86_400, 3_600, 60
# Spans offered for a unit, the usual one second; (count, unit) in the words of people.
_OFFERED: Final[dict[str, tuple[tuple[int, str], ...]]] = {
    "s": ((1, "min"), (10, "min"), (30, "min"), (1, "h")),
    "min": ((6, "h"), (24, "h"), (4, "D"), (7, "D")),
    "h": ((24, "h"), (4, "D"), (7, "D"), (30, "D")),
    "D": ((7, "D"), (28, "D"), (90, "D"), (365, "D")),
    "B": ((5, "B"), (20, "B"), (60, "B")),
    "W": ((4, "W"), (13, "W"), (26, "W"), (52, "W")),
    "M": ((6, "M"), (12, "M"), (24, "M")),
    "Q": ((4, "Q"), (8, "Q"), (12, "Q")),
    "Y": ((3, "Y"), (5, "Y"), (10, "Y")),
}
_SECONDS: Final = {"s": 1, "min": _MINUTE, "h": _HOUR, "D": _DAY, "W": 7 * _DAY}
_MONTHS: Final = {"M": 1, "Q": 3, "Y": 12}
LONG_SERIES_SHARE: Final = 12
SHORT_SERIES_SHARE: Final = 4
SHORT_SERIES_CAP: Final = 720


@dataclass(frozen=True)
class Span:
    """A horizon a person may press: `steps` of the series, `words` such as "4 days"."""

    steps: int
    words: str


def offered(frequency: Frequency, rows: int) -> list[Span]:
    """Sensible horizons for this frequency that `rows` rows allow, shortest first."""
    most = longest_horizon(rows, frequency)
    spans = {}
    for count, unit in _OFFERED.get(frequency.unit, ()):
        steps = _steps(count, unit, frequency)
        if steps and 1 <= steps <= most:
            spans[steps] = Span(steps, in_words(count, unit))
    return [spans[steps] for steps in sorted(spans)]


def usual(frequency: Frequency, rows: int) -> int:
    """The default horizon: four days for hours, a year for months, and never more than allowed."""
    choices = _OFFERED.get(frequency.unit, ())
    place = 2 if frequency.unit == "min" else min(1, len(choices) - 1)
    count, unit = choices[place] if choices else (96, frequency.unit)
    steps = _steps(count, unit, frequency) or 24
    return max(1, min(steps, longest_horizon(rows, frequency)))


def longest_horizon(rows: int, frequency: Frequency) -> int:
    """The most steps that `rows` rows can carry: a twelfth of a long series, a quarter of a short.

    A round number of cycles, so that the sentence names a number people would choose.
    """
    most = max(rows // LONG_SERIES_SHARE, min(rows // SHORT_SERIES_SHARE, SHORT_SERIES_CAP))
    season = frequency.season_length
    cycles = most // season if season > 1 else 0
    if cycles >= 20:
        cycles -= cycles % 10
    return cycles * season if cycles >= 2 else most


def span_words(steps: int, frequency: Frequency) -> str:
    """`steps` in the largest unit that fits: 96 hours are "4 days", 25 hours "25 hours"."""
    if frequency.step_months:
        return _month_words(steps * frequency.step_months)
    if frequency.unit == "B":
        return in_words(steps * frequency.multiple, "B")
    seconds = steps * frequency.step_nanoseconds // 1_000_000_000
    if seconds < 1:
        return ngettext("%(n)s step", "%(n)s steps", steps) % {"n": _count(steps)}
    for unit in ("W", "D", "h", "min", "s"):
        if unit == "W" and frequency.unit != "W":
            continue
        whole, rest = divmod(seconds, _SECONDS[unit])
        if not rest and (whole > 1 or unit == frequency.unit or _SECONDS[unit] < _DAY):
            return in_words(whole, unit)
    return in_words(seconds, "s")


def about(steps: int, frequency: Frequency) -> str:
    """The same without what nobody counts: 4,937 hours are "205 days", 47 hours stay as they are.

    Rounded down, so that nothing is said to be longer than it is.
    """
    a_day = _DAY * 1_000_000_000
    if frequency.step_months or not 0 < frequency.step_nanoseconds < a_day:
        return span_words(steps, frequency)
    days = steps * frequency.step_nanoseconds // a_day
    return in_words(days, "D") if days > 1 else span_words(steps, frequency)


def step_words(frequency: Frequency, steps: int) -> str:
    """The unit beside a number of steps: "hours", or "steps of 15 minutes"."""
    if frequency.multiple == 1:
        return unit_words(frequency.unit, steps)
    return gettext("steps of %(span)s") % {"span": in_words(frequency.multiple, frequency.unit)}


def counted(steps: int, frequency: Frequency) -> str:
    """`9,000 hours`, or `384 steps of 15 minutes`."""
    return f"{_count(steps)} {step_words(frequency, steps)}"


def each_step(frequency: Frequency) -> str:
    """How the answer is spaced: "hour by hour"."""
    if frequency.multiple == 1:
        return {
            "s": gettext("second by second"),
            "min": gettext("minute by minute"),
            "h": gettext("hour by hour"),
            "D": gettext("day by day"),
            "B": gettext("business day by business day"),
            "W": gettext("week by week"),
            "M": gettext("month by month"),
            "Q": gettext("quarter by quarter"),
            "Y": gettext("year by year"),
        }.get(frequency.unit, gettext("step by step"))
    return gettext("every %(span)s") % {"span": in_words(frequency.multiple, frequency.unit)}


def in_words(count: int, unit: str) -> str:
    """`4 days`."""
    return f"{_count(count)} {unit_words(unit, count)}"


def unit_words(unit: str, count: int) -> str:
    """`days` for 4 of them."""
    return {
        "ns": ngettext("nanosecond", "nanoseconds", count),
        "us": ngettext("microsecond", "microseconds", count),
        "ms": ngettext("millisecond", "milliseconds", count),
        "s": ngettext("second", "seconds", count),
        "min": ngettext("minute", "minutes", count),
        "h": ngettext("hour", "hours", count),
        "D": ngettext("day", "days", count),
        "B": ngettext("business day", "business days", count),
        "W": ngettext("week", "weeks", count),
        "M": ngettext("month", "months", count),
        "Q": ngettext("quarter", "quarters", count),
        "Y": ngettext("year", "years", count),
    }.get(unit, ngettext("step", "steps", count))


def _month_words(months: int) -> str:
    if months % 12 == 0 and months > 12:
        return in_words(months // 12, "Y")
    if months % 3 == 0 and months % 12 and months > 24:
        return in_words(months // 3, "Q")
    return in_words(months, "M")


def _steps(count: int, unit: str, frequency: Frequency) -> int:
    """Steps in a span; 0 when it is no whole number of them."""
    if unit in _MONTHS and frequency.step_months:
        steps, rest = divmod(count * _MONTHS[unit], frequency.step_months)
    elif unit == frequency.unit == "B":
        steps, rest = divmod(count, frequency.multiple)
    elif unit in _SECONDS and frequency.step_nanoseconds:
        steps, rest = divmod(count * _SECONDS[unit] * 1_000_000_000, frequency.step_nanoseconds)
    else:
        return 0
    return 0 if rest else steps


def _count(number: int) -> str:
    return f"{number:,}"
