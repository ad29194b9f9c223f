"""Datasets, versions and columns as pages show them: words, drawings, dates."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Final

from django.utils.translation import gettext, gettext_lazy

from datasets.clock import Clock, clock_of
from datasets.decimals import common_decimals
from datasets.findings import Finding
from datasets.frequency_words import frequency_words
from datasets.grid.statistics import shown_stats
from datasets.models import Column, Dataset, Version
from datasets.views.checks import Check, checks_of, count_of, notes_of

# Single precision carries seven digits; more would show its noise.
DIGITS: Final = 7
EXPONENT: Final = 1e7
_PLAIN_NUMBER: Final = re.compile(r"^(-?)(\d+)(\.\d+)?$")
PILLS = {
    Dataset.Status.UPLOADING: ("live", gettext_lazy("Arriving")),
    Dataset.Status.PROCESSING: ("live", gettext_lazy("Being read")),
    Dataset.Status.READY: ("good", gettext_lazy("Ready")),
    Dataset.Status.ERROR: ("bad", gettext_lazy("Not imported")),
}


def read_time(text: str | None) -> datetime | None:
    """A time as profiles store it; None where there is none."""
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None


def _moved(text: str | None, clock: Clock) -> datetime | None:
    moment = read_time(text)
    return clock.shown(moment) if moment else None


def digits(value: float) -> str:
    """A number with every digit that a float of its kind can be trusted for: 30.531, −9.4."""
    if isinstance(value, int):
        return f"{value:,}".replace("-", "−")
    if abs(value) >= EXPONENT or 0 < abs(value) < 1 / EXPONENT:
        return f"{value:.7g}".replace("-", "−")
    whole = len(str(int(abs(value)))) if abs(value) >= 1 else 0
    text = f"{value:,.{max(DIGITS - whole, 0)}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", ""} else text.replace("-", "−")


def grouped(text: str | None) -> str | None:
    """A number with each of its digits and separators between thousands: −1,234.5678901."""
    match = _PLAIN_NUMBER.match(text or "")
    if match is None:
        return text
    sign, whole, rest = match.groups(default="")
    return f"{'−' if sign else ''}{int(whole):,}{rest}"


def aligned(values: list[float | None]) -> list[str | None]:
    """Numbers of one column with equally many decimals, so that their points stand in line."""
    texts = [None if value is None else digits(value) for value in values]
    if any(text and "e" in text for text in texts):
        return texts
    places = max((len(text.partition(".")[2]) for text in texts if text), default=0)
    return [None if value is None else f"{value:,.{places}f}".replace("-", "−") for value in values]


class ShownDataset:
    """A dataset for a list or a head."""

    def __init__(self, dataset: Dataset, version: Version | None = None) -> None:
        self.row = dataset
        self.version = version or dataset.current_version
        self.pill, self.state = PILLS[Dataset.Status(dataset.status)]
        if dataset.is_staged and not dataset.is_being_read:
            self.pill, self.state = "warn", gettext_lazy("Waits for you")

    @cached_property
    def profile(self) -> dict[str, Any]:
        """What is known of the current version; empty before there is one."""
        return self.version.profile if self.version else {}

    @property
    def spark(self) -> list[float | None]:
        """The first target, thinned."""
        return list(self.profile.get("spark") or ())

    @property
    def frequency(self) -> str:
        """`Hourly`, or nothing when the dataset has no time column."""
        if not (self.version and self.version.time_column):
            return ""
        return frequency_words(self.version.frequency)

    @property
    def zone(self) -> str:
        """`Europe/Berlin`, or `UTC` where times named their offset; "" where nobody said it."""
        return self.clock.name

    @property
    def clock(self) -> Clock:
        """By which its times are shown."""
        return clock_of(self.version)

    @property
    def start(self) -> datetime | None:
        """The first time."""
        return _moved(self.profile.get("start"), self.clock)

    @property
    def end(self) -> datetime | None:
        """The last time."""
        return _moved(self.profile.get("end"), self.clock)

    @property
    def missing_share(self) -> float:
        """Missing cells in percent of those that are used."""
        if self.version is None:
            return 0.0
        used = [one for one in self.version.columns.all() if one.role != Column.Role.IGNORE]
        cells = self.version.row_count * len(used)
        return 100 * sum(one.missing for one in used) / cells if cells else 0.0

    @property
    def series_count(self) -> int:
        """How many series: the ids of a long table, the number columns of a wide one."""
        return int(self.profile.get("series_count") or 0)

    @property
    def things_to_check(self) -> int:
        """How many findings ask for a look."""
        return count_of(self.version) if self.version else 0

    @cached_property
    def checks(self) -> list[Check]:
        """What the quality report asks to look at."""
        return checks_of(self.version) if self.version else []

    @cached_property
    def notes(self) -> list[Finding]:
        """What else was noticed while reading."""
        return notes_of(self.version) if self.version else []


@dataclass
class ShownColumn:
    """A column for the column table and the head of the data grid."""

    column: Column
    rows: int

    @property
    def role_pill(self) -> str:
        """The colour of its role."""
        colours = {
            Column.Role.TARGET: "live",
            Column.Role.KNOWN: "good",
            Column.Role.PERSONAL: "warn",
        }
        return colours.get(Column.Role(self.column.role), "")

    @cached_property
    def open_stats(self) -> dict[str, Any]:
        """What may be shown of the statistics: hidden values stay hidden."""
        return shown_stats(self.column)

    @property
    def missing_share(self) -> float:
        """Missing cells in percent."""
        return 100 * self.column.missing / self.rows if self.rows else 0.0

    @property
    def spark(self) -> list[float | None]:
        """The values from first to last, thinned."""
        return list(self.open_stats.get("spark") or ())

    @property
    def counts(self) -> list[float]:
        """How often which values occur: by equal steps for numbers, by value for others."""
        histogram = self.open_stats.get("histogram")
        if histogram:
            return list(histogram["counts"])
        return [count for _, count in self.open_stats.get("top", [])]

    @property
    def bars_width(self) -> int:
        """Pixels for the bars: few values do not become slabs."""
        return min(84, 12 * len(self.counts))

    @property
    def is_time(self) -> bool:
        """Does it hold times?"""
        return self.column.type == Column.Type.DATETIME

    @property
    def low(self) -> Any:
        """The smallest value."""
        value = self.open_stats.get("min")
        return _moved(value, self.column.clock) if self.is_time else value

    @property
    def high(self) -> Any:
        """The largest value."""
        value = self.open_stats.get("max")
        return _moved(value, self.column.clock) if self.is_time else value

    @property
    def mean(self) -> float | None:
        """The mean of the numbers."""
        return self.open_stats.get("mean") if self.column.is_number else None

    @cached_property
    def decimals(self) -> int | None:
        """Decimals that the smallest value, the mean and the largest share."""
        return self._decimals("min", "mean", "max")

    @cached_property
    def fine_decimals(self) -> int | None:
        """Decimals that these share with the spread and the quantiles."""
        return self._decimals("min", "mean", "max", "std", "q05", "q25", "q50", "q75", "q95")

    def _decimals(self, *names: str) -> int | None:
        if not self.column.is_number:
            return 0
        return common_decimals(self.open_stats.get(name) for name in names)

    @property
    def days(self) -> int | None:
        """How many days a column of times spans."""
        if not self.is_time or self.low is None or self.high is None:
            return None
        return int((self.high - self.low).days) + 1

    @property
    def distinct(self) -> int | None:
        """How many different values, where that says something."""
        return None if self.column.is_number else self.open_stats.get("distinct")

    @property
    def shares(self) -> str:
        """`no 97%, yes 3%` for a column of yes and no."""
        top = self.open_stats.get("top", [])
        total = sum(count for _, count in top)
        if self.column.type != Column.Type.BOOLEAN or not total:
            return ""
        words = {"true": gettext("yes"), "false": gettext("no")}
        return ", ".join(
            f"{words.get(str(value).lower(), value)} {100 * count / total:.0f}%"
            for value, count in top
        )


def shown_columns(version: Version) -> list[ShownColumn]:
    """The columns of a version in file order."""
    return [ShownColumn(column, version.row_count) for column in version.columns.all()]
