"""Numbers and times as sentences about forecasts say them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeVar

from django.utils.translation import gettext, pgettext

from datasets.calendar_words import SHORT_MONTHS, SHORT_WEEKDAYS
from datasets.clock import AS_STORED, Clock
from datasets.decimals import SIGNIFICANT
from forecasting.engine.explaining.sentence import in_powers
from forecasting.engine.frequency import Frequency

_DAY_SECONDS = 86_400
# Safe text stays safe.
Text = TypeVar("Text", bound=str)
# A space between two Chinese characters, bold or not.
_BETWEEN_HAN = re.compile("(?<=[\u4e00-\u9fff])((?:</?b>)?) ((?:</?b>)?)(?=[\u4e00-\u9fff])")


def figure(value: float) -> str:
    """Four significant digits, a true minus: `4,812`, `−0.1235`; three beyond: `1.2 × 10⁻⁹`."""
    size = abs(value)
    if not size:
        return "0"
    if size >= 1e15 or size < 1e-4:
        text = in_powers(value)
    elif size >= 10 ** (SIGNIFICANT - 1):
        text = f"{value:,.0f}"
    else:
        text = f"{value:,.{SIGNIFICANT - 1 - math.floor(math.log10(size))}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", "−")


def percent(share: float) -> str:
    """A share without its sign: `24%`, and `3.8%` below ten."""
    size = abs(share) * 100
    return f"{size:,.1f}%" if size < 9.95 else f"{size:,.0f}%"


def chance(p: float) -> str:
    """The chance of a test with its sign: `= 0.021`, `< 0.001`."""
    return "< 0.001" if p < 0.001 else f"= {p:.3f}" if p < 0.1 else f"= {p:.2f}"


def rounded(value: float) -> str:
    """A score with two decimals: `0.61`."""
    return f"{value:,.2f}" if abs(value) < 1000 else figure(value)


def epochs(detail: dict[str, Any]) -> str:
    """`epoch 3 of 20`, from what a training job tells; "" before the first has ended."""
    return gettext("epoch %(epoch)s of %(epochs)s") % detail if "epoch" in detail else ""


def tight(text: Text) -> Text:
    """Without the spaces that a translation keeps for Latin names, between Chinese words."""
    return type(text)(_BETWEEN_HAN.sub(r"\1\2", text))


def sentences(said: Iterable[str]) -> str:
    """Sentences one after the other, empty ones left out; Chinese puts no space between them."""
    text = ""
    for sentence in filter(None, said):
        words = {"first": text, "second": sentence}
        text = pgettext("sentences", "%(first)s %(second)s") % words if text else sentence
    return text


def moment(time: str, frequency: Frequency, clock: Clock = AS_STORED) -> str:
    """`Mon 23 Nov 19:00`; without the clock for days and longer; `Nov 2026` for months.

    A stored time is shown on the `clock` of its dataset.
    """
    return _pattern(frequency) % _parts(time, clock)


def at_moment(time: str, frequency: Frequency, clock: Clock = AS_STORED) -> str:
    """The same inside a sentence: `on Mon 23 Nov at 19:00`, `in Nov 2026`."""
    if frequency.step_months:
        return gettext("in %(when)s") % {"when": moment(time, frequency, clock)}
    if _has_clock(frequency):
        words = pgettext("in a sentence", "on %(weekday)s %(day)s %(month)s at %(time)s")
        return words % _parts(time, clock)
    return gettext("on %(when)s") % {"when": moment(time, frequency, clock)}


def stamp(time: str, frequency: Frequency, clock: Clock = AS_STORED) -> str:
    """A time for a table: `2026-11-23 19:00`, and the date alone where every time is midnight."""
    if clock.moves:
        return clock.text(datetime.fromisoformat(time))
    day, _, hours = time.replace("T", " ").partition(" ")
    if not _has_clock(frequency) and hours.startswith("00:00:00"):
        return day
    return f"{day} {hours.removesuffix(':00')}".rstrip()


def _pattern(frequency: Frequency) -> str:
    if frequency.unit == "Y":
        return pgettext("year", "%(year)s")
    if frequency.step_months:
        return pgettext("month", "%(month)s %(year)s")
    if frequency.unit == "W":
        return pgettext("day", "%(day)s %(month)s %(year)s")
    if _has_clock(frequency):
        return pgettext("moment", "%(weekday)s %(day)s %(month)s %(time)s")
    return pgettext("weekday and day", "%(weekday)s %(day)s %(month)s")


def _has_clock(frequency: Frequency) -> bool:
    return not frequency.step_months and frequency.step_seconds < _DAY_SECONDS


def _parts(time: str, clock: Clock) -> dict[str, Any]:
    stored = datetime.fromisoformat(time)
    found = clock.shown(stored)
    return {
        "weekday": SHORT_WEEKDAYS[found.weekday()],
        "day": found.day,
        "month": SHORT_MONTHS[found.month - 1],
        "month_number": found.month,
        "year": found.year,
        "time": clock.with_offset(f"{found:%H:%M}", stored),
    }
