"""Steps of a forecast as times that people write, and back: step 1 is the first to come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
import pandas as pd
from django.utils.translation import gettext

from datasets.clock import Clock
from datasets.problems import DatasetProblem
from forecasting import wording
from forecasting.engine.frequency import Frequency
from forecasting.results import Line

DAY: Final = len("2026-11-24")
DAY_SECONDS: Final = 86_400
MINUTE: Final = 60


@dataclass(frozen=True)
class Moments:
    """`start` is the stored time of step 1."""

    start: pd.Timestamp
    frequency: Frequency
    clock: Clock
    horizon: int

    @staticmethod
    def of(line: Line, frequency: Frequency, clock: Clock) -> Moments:
        """Those of an answer."""
        return Moments(pd.Timestamp(line.times[0]), frequency, clock, len(line.times))

    @property
    def has_clock(self) -> bool:
        """Are there several steps a day?"""
        return not self.frequency.step_months and self.frequency.step_seconds < DAY_SECONDS

    @property
    def seconds(self) -> int:
        """How finely a time of the day is chosen."""
        whole = self.frequency.step_seconds % MINUTE == 0 and self.start.second == 0
        return MINUTE if whole else 1

    def at(self, step: int) -> pd.Timestamp:
        """The stored time of a step."""
        return self.frequency.add(self.start, step - 1)

    def iso(self, step: int) -> str:
        """The same for programs, with its offset where the instant is known."""
        return self.clock.iso(self.at(step).to_pydatetime())

    def field(self, step: int) -> str:
        """The same for a field that asks for a day, or for a day and a time."""
        shown = self.clock.shown(self.at(step).to_pydatetime())
        if not self.has_clock:
            return f"{shown:%Y-%m-%d}"
        return shown.isoformat(timespec="minutes" if self.seconds == MINUTE else "seconds")

    def words(self, step: int) -> str:
        """`Tue 24 Nov 08:00`."""
        return wording.moment(self.at(step).isoformat(), self.frequency, self.clock)

    def span(self, first: int, last: int) -> str:
        """`Tue 24 Nov 08:00 to Tue 24 Nov 12:00`; one step is one time, all are the whole."""
        if (first, last) == (1, self.horizon):
            return gettext("whole forecast")
        if first == last:
            return self.words(first)
        return gettext("%(from)s to %(to)s") % {"from": self.words(first), "to": self.words(last)}

    def first(self, text: str) -> int:
        """The first step that is not before a time. ValueError or DatasetProblem where it is none.

        A day without a time is its beginning.
        """
        step, on_grid = self._place(self.clock.stored(text.strip()))
        return step if on_grid else step + 1

    def last(self, text: str) -> int:
        """The last step that is not after a time; a day without a time is its end."""
        moment = self.clock.stored(text.strip(), late=True)
        if len(text.strip()) <= DAY:
            moment += timedelta(days=1) - timedelta(microseconds=1)
        return self._place(moment)[0]

    def _place(self, moment: datetime) -> tuple[int, bool]:
        steps, on_grid = self.frequency.positions(
            np.array([self.start], dtype="datetime64[ns]"),
            np.array([pd.Timestamp(moment)], dtype="datetime64[ns]"),
        )
        return int(steps[0]) + 1, bool(on_grid[0])


UNREADABLE: Final = (ValueError, OverflowError, DatasetProblem)
