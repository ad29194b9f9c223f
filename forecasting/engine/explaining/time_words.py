"""Steps as people say them: "1 day ago (24 steps)", "daily cycle", "the same time last week"."""

from __future__ import annotations

from typing import Final

from forecasting.engine.errors import gettext_noop
from forecasting.engine.explaining.sentence import Sentence
from forecasting.engine.frequency import NANOSECONDS, Frequency

# One of a unit, and several.
WORDS: Final = {
    "Y": (gettext_noop("1 year"), gettext_noop("%(count)s years")),
    "Q": (gettext_noop("1 quarter"), gettext_noop("%(count)s quarters")),
    "M": (gettext_noop("1 month"), gettext_noop("%(count)s months")),
    "W": (gettext_noop("1 week"), gettext_noop("%(count)s weeks")),
    "D": (gettext_noop("1 day"), gettext_noop("%(count)s days")),
    "B": (gettext_noop("1 working day"), gettext_noop("%(count)s working days")),
    "h": (gettext_noop("1 hour"), gettext_noop("%(count)s hours")),
    "min": (gettext_noop("1 minute"), gettext_noop("%(count)s minutes")),
    "s": (gettext_noop("1 second"), gettext_noop("%(count)s seconds")),
    "ms": (gettext_noop("1 millisecond"), gettext_noop("%(count)s milliseconds")),
    "us": (gettext_noop("1 microsecond"), gettext_noop("%(count)s microseconds")),
    "ns": (gettext_noop("1 nanosecond"), gettext_noop("%(count)s nanoseconds")),
}
CYCLES: Final = {
    "Y": gettext_noop("yearly cycle"),
    "W": gettext_noop("weekly cycle"),
    "D": gettext_noop("daily cycle"),
    "h": gettext_noop("cycle of an hour"),
}
SAME_PLACE: Final = {
    "Y": gettext_noop("the same time of earlier years"),
    "W": gettext_noop("the same time of earlier weeks"),
    "D": gettext_noop("the same time of earlier days"),
    "h": gettext_noop("the same minute of earlier hours"),
}
# Whole cycles whose steps do not divide a year evenly.
YEARLY: Final = {("D", 365), ("D", 364), ("W", 52)}


def amount(frequency: Frequency, steps: int) -> tuple[int, str]:
    """Count and unit of a number of steps, the largest unit that divides them evenly."""
    if frequency.step_months:
        months = steps * frequency.step_months
        if months % 12 == 0:
            return months // 12, "Y"
        return (months // 3, "Q") if frequency.unit == "Q" else (months, "M")
    if (frequency.unit, steps * frequency.multiple) in YEARLY:
        return 1, "Y"
    if frequency.unit == "B":
        days = steps * frequency.multiple
        return (days // 5, "W") if days % 5 == 0 else (days, "B")
    total = steps * frequency.step_nanoseconds
    unit = next(u for u in reversed(NANOSECONDS) if total % NANOSECONDS[u] == 0)
    return total // NANOSECONDS[unit], unit


def span(frequency: Frequency, steps: int) -> Sentence:
    """``1 day``, ``26 hours``."""
    count, unit = amount(frequency, steps)
    one, many = WORDS[unit]
    return Sentence.of(one) if count == 1 else Sentence.of(many, count=count)


def ago(frequency: Frequency, steps: int) -> Sentence:
    """``1 day ago (24 steps)``."""
    if steps == 1:
        return Sentence.of(gettext_noop("%(span)s ago (1 step)"), span=span(frequency, steps))
    return Sentence.of(
        gettext_noop("%(span)s ago (%(steps)s steps)"), steps=steps, span=span(frequency, steps)
    )


def cycle(frequency: Frequency, length: int) -> Sentence:
    """``daily cycle``, or ``cycle of 10 steps`` where it has no name."""
    count, unit = amount(frequency, length)
    if count == 1 and unit in CYCLES:
        return Sentence.of(CYCLES[unit])
    return Sentence.of(gettext_noop("cycle of %(steps)s steps"), steps=length)


def same_place(frequency: Frequency, length: int) -> Sentence:
    """``the same time of earlier days``."""
    count, unit = amount(frequency, length)
    if count == 1 and unit in SAME_PLACE:
        return Sentence.of(SAME_PLACE[unit])
    return Sentence.of(
        gettext_noop("the same place of earlier cycles of %(steps)s steps"), steps=length
    )


def recent(frequency: Frequency, steps: int) -> Sentence:
    """``the last value``, ``the last 3 hours``."""
    if steps == 1:
        return Sentence.of(gettext_noop("the last value"))
    return Sentence.of(gettext_noop("the last %(span)s"), span=span(frequency, steps))
