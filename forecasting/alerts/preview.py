"""When a rule would have fired: on the past windows of the forecast, and in the data themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, Final

import numpy as np
import pandas as pd

from datasets.frames import read_frame
from forecasting import backtests, results
from forecasting.alerts import readings
from forecasting.engine.frequency import Frequency
from forecasting.models import AlertRule

DAYS: Final = 30
# How many bars the strip has room for.
MOST_BARS: Final = 90
BAR: Final = 10


@dataclass(frozen=True)
class Bar:
    """One past window, or one day: its time, whether the rule fired, whether it really came so."""

    time: str
    hit: bool
    came: bool | None = None


@dataclass(frozen=True)
class Preview:
    """`lately` counts the last 30 days before `until`; `came` how often the limit was really met.

    `source` says what was looked at: `windows` (past forecasts) or `rows` (the data).
    """

    source: str
    bars: list[Bar]
    since: str = ""
    until: str = ""

    @property
    def first_day(self) -> date | None:
        """Where the past that was looked at begins."""
        return date.fromisoformat(self.since[:10]) if self.since else None

    @property
    def last_day(self) -> date | None:
        """And where it ends."""
        return date.fromisoformat(self.until[:10]) if self.until else None

    @property
    def hits(self) -> int:
        """How often it would have fired."""
        return sum(bar.hit for bar in self.bars)

    @property
    def came(self) -> int:
        """How often of these the limit was really met."""
        return sum(bar.hit and bool(bar.came) for bar in self.bars)

    @property
    def missed(self) -> int:
        """How often the limit was met without a word."""
        return sum(not bar.hit and bool(bar.came) for bar in self.bars)

    @property
    def lately(self) -> int:
        """How often in the last 30 days."""
        if not self.until:
            return 0
        since = pd.Timestamp(self.until) - pd.Timedelta(days=DAYS)
        return sum(bar.hit for bar in self.bars if pd.Timestamp(bar.time) > since)

    @property
    def drawn(self) -> list[dict[str, Any]]:
        """The newest bars that fit, as rectangles of a strip 22 high."""
        return [
            {
                "x": BAR * place,
                "y": 0 if bar.hit else 14,
                "height": 22 if bar.hit else 8,
                "hit": bar.hit,
                "time": bar.time.replace("T", " "),
            }
            for place, bar in enumerate(self.bars[-MOST_BARS:])
        ]

    @property
    def width(self) -> int:
        """Of the strip, whatever its place on the page."""
        return BAR * min(len(self.bars), MOST_BARS)


def preview(rule: AlertRule) -> Preview | None:
    """What the rule would have done; None where nothing of the past can tell."""
    if rule.kind == AlertRule.Kind.FORECAST:
        return _windows(rule)
    if rule.kind == AlertRule.Kind.MISSING:
        return _gaps(rule)
    return None


def as_json(found: Preview | None) -> dict[str, Any]:
    """The same for programs."""
    if found is None:
        return {"source": "none", "fired": 0, "fired_last_30_days": 0, "windows": []}
    return {
        "source": found.source,
        "since": found.since,
        "until": found.until,
        "fired": found.hits,
        "fired_last_30_days": found.lately,
        "came_true": found.came,
        "missed": found.missed,
        "windows": [
            {"time": bar.time, "fired": bar.hit, "came_true": bar.came} for bar in found.bars
        ],
    }


def _windows(rule: AlertRule) -> Preview | None:
    leader = rule.task.results.ranked().first() if rule.task else None
    frame = backtests.read(leader, rule.series) if leader is not None else pd.DataFrame()
    if frame.empty or rule.limit is None:
        return None
    bars = []
    for _number, rows in frame.groupby("window", sort=True):
        values = readings.measured(rows, rule)
        if values is None:
            return None
        cutoff = results.iso(np.array([rows["cutoff"].max()], dtype="datetime64[ns]"))[0]
        hit = any(rule.is_over(float(value)) for value in values["value"])
        bars.append(Bar(cutoff, hit, _came(rule, rows, values)))
    return Preview("windows", bars, bars[0].time, bars[-1].time)


def _came(rule: AlertRule, rows: pd.DataFrame, values: pd.DataFrame) -> bool | None:
    """Did the actual values of these steps meet the limit? A width has no actual value."""
    if rule.measure == AlertRule.Measure.WIDTH:
        return None
    actual = rows.loc[values.index, "y"].dropna()
    return any(rule.is_over(float(value)) for value in actual) if len(actual) else None


def _gaps(rule: AlertRule) -> Preview | None:
    """Gaps of the last 30 days of the data that are longer than the rule allows, day by day."""
    version = rule.dataset.current_version
    last = readings.last_time(version) if version else None
    if version is None or version.time is None or last is None or not rule.within:
        return None
    frame = read_frame(version, [version.time.key])
    times = pd.to_datetime(frame.iloc[:, 0]).dropna().drop_duplicates().sort_values()
    since = last - pd.Timedelta(days=DAYS)
    frequency = Frequency.parse(version.frequency)
    silent = _silent_days(times[times >= since].tolist(), rule.within, frequency)
    days = pd.date_range(since.normalize(), last.normalize(), freq="D")
    bars = [Bar(day.date().isoformat(), day in silent) for day in days]
    return Preview("rows", bars, bars[0].time, bars[-1].time)


def _silent_days(times: list[pd.Timestamp], steps: int, frequency: Frequency) -> set[pd.Timestamp]:
    """Days on which a rule of so many steps would have begun to fire."""
    found = set()
    for before, after in pairwise(times):
        due = frequency.add(before, steps)
        if after > due:
            found.add(due.normalize())
    return found
