"""What the clock and the calendar say of a time, as inputs of a model.

Only what varies at the frequency is kept: an hourly series has hours and weekdays, a monthly one
months. A cyclic encoding sets the end of a cycle beside its beginning.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.calendar_steps import Times
from forecasting.engine.frequency import NANOSECONDS, Frequency
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.preprocessing.step import require_one_of

ENCODINGS: Final = ("cyclic", "codes")
HOUR, DAY, WEEK = NANOSECONDS["h"], NANOSECONDS["D"], NANOSECONDS["W"]
MINUTE, SECOND = NANOSECONDS["min"], NANOSECONDS["s"]
YEAR_SECONDS: Final = 365.2425 * 86_400.0
# Nanoseconds of a cycle of the clock, and of the unit that is counted in it.
CLOCK: Final = {
    "second": (MINUTE, SECOND),
    "minute": (HOUR, MINUTE),
    "hour": (DAY, HOUR),
    "weekday": (WEEK, DAY),
}
# Values of a cycle of the calendar, the first of them, and mean seconds of the cycle.
CALENDAR: Final = {
    "day_of_month": (31, 1, YEAR_SECONDS / 12),
    "day_of_year": (366, 1, YEAR_SECONDS),
    "month": (12, 1, YEAR_SECONDS),
    "quarter": (4, 1, YEAR_SECONDS),
}
MONDAY: Final = 4 * DAY  # 1970-01-05, the first Monday after time zero


def varying(frequency: Frequency) -> tuple[str, ...]:
    """The parts of a time that change from step to step."""
    step = frequency.step_nanoseconds
    if frequency.step_months:
        months = frequency.step_months
        kept = {"month": months % 12 != 0, "quarter": months % 12 != 0}
        return tuple(name for name, keep in kept.items() if keep)
    if frequency.unit == "B":
        weekday = ("weekday",) if frequency.multiple % 5 else ()
        return (*weekday, *CALENDAR)
    return (*(name for name, (cycle, _) in CLOCK.items() if step % cycle), *CALENDAR)


def part(times: Times, name: str) -> NDArray[np.int64]:
    """One part of the times as a whole number; weekday 0 is Monday, days and months begin at 1."""
    if name in CLOCK:
        cycle, unit = CLOCK[name]
        stamps = times.astype("datetime64[ns]").astype(np.int64)
        return ((stamps - (MONDAY if name == "weekday" else 0)) % cycle) // unit
    days = times.astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    number: NDArray[np.int64] = months.astype(np.int64) % 12
    if name == "month":
        return number + 1
    if name == "quarter":
        return number // 3 + 1
    first = months if name == "day_of_month" else days.astype("datetime64[Y]")
    passed: NDArray[np.int64] = (days - first.astype("datetime64[D]")).astype(np.int64)
    return passed + 1


def values_of(name: str) -> tuple[int, int]:
    """How many values a part may take and the first of them."""
    if name in CLOCK:
        cycle, unit = CLOCK[name]
        return cycle // unit, 0
    return CALENDAR[name][:2]


def cycle_seconds(name: str) -> float:
    """Mean length of one cycle of a part."""
    return CLOCK[name][0] / 1e9 if name in CLOCK else CALENDAR[name][2]


@dataclass
class CalendarFeatures:
    """``encoding`` cyclic (sine and cosine of every part) or codes (whole numbers).

    A part is learned only where the longest series holds ``least_cycles`` of its cycles: from ten
    months of data nobody can tell the time of the year from a trend.
    """

    encoding: str = "cyclic"
    least_cycles: float = 2.0
    parts_: tuple[str, ...] = field(init=False, default=())

    def __post_init__(self) -> None:
        require_one_of(self.encoding, ENCODINGS)

    def fit(self, panel: Panel) -> Self:
        """Choose the parts from the frequency and the length of the series."""
        span = float(panel.lengths.max()) * panel.frequency.step_seconds
        self.parts_ = tuple(
            name
            for name in varying(panel.frequency)
            if span >= self.least_cycles * cycle_seconds(name)
        )
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """One name per column of ``apply``."""
        if self.encoding == "codes":
            return self.parts_
        return tuple(f"{name}_{wave}" for name in self.parts_ for wave in ("sin", "cos"))

    def apply(self, times: Times) -> Floats:
        """Features ``[..., F]`` of times ``[...]``."""
        found = [column for name in self.parts_ for column in self._encoded(times, name)]
        return np.stack(found, axis=-1) if found else np.zeros((*times.shape, 0))

    def _encoded(self, times: Times, name: str) -> list[Floats]:
        codes = part(times, name).astype(np.float64)
        if self.encoding == "codes":
            return [codes]
        count, first = values_of(name)
        angle = 2 * np.pi * (codes - first) / count
        return [np.sin(angle), np.cos(angle)]

    def learned(self) -> dict[str, Any]:
        """The chosen parts, as JSON."""
        return {"parts": list(self.parts_)}

    def restore(self, facts: dict[str, Any]) -> None:
        """Take back what ``learned`` gave."""
        self.parts_ = tuple(facts["parts"])
