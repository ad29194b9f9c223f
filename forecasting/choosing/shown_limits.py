"""Levels, bounds, seasons, tests and time, as the page shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Final

from django.utils.translation import gettext

from datasets.listed import listed
from datasets.models import Column
from forecasting import asking, spans, wording
from forecasting.choosing import limits, seasons, sentence
from forecasting.choosing.shown_choice import Named
from forecasting.engine.frequency import Frequency
from forecasting.forms import AskForm

LEVELS_OFFERED: Final = (50, 80, 90, 95, 99)
PLAIN: Final = ("name", "windows", "seconds", "seed")


class ShownLimits:
    """What the numbers have to keep to, and how they are tested."""

    def __init__(
        self, form: AskForm, body: Mapping[str, Any], targets: Sequence[Column], series: str | None
    ) -> None:
        self.form, self.body, self.chosen, self.series = form, body, targets, series
        self.version = form.version

    @property
    def frequency(self) -> Frequency:
        """The step of the series."""
        return self.form.frequency

    @cached_property
    def texts(self) -> dict[str, str]:
        """What stands in the plain fields."""
        found = {name: plain_text(self.body.get(name)) for name in PLAIN}
        bounds = self.body.get("bounds")
        bounds = bounds if isinstance(bounds, Mapping) else {}
        for name in ("low", "high"):
            value = bounds.get(name)
            found[name] = plain_text(value)
        listed = self.body.get("seasons")
        found["seasons"] = (
            ", ".join(str(one) for one in listed)
            if isinstance(listed, list)
            else plain_text(listed)
        )
        return found

    @cached_property
    def levels(self) -> list[Named]:
        """Interval levels to tick."""
        chosen = self.form.cleaned_data.get("levels") or asking.LEVELS
        listed = sorted({*LEVELS_OFFERED, *chosen})
        return [Named(level, f"{level}%", level in chosen) for level in listed]

    @property
    def levels_words(self) -> str:
        """`80% and 95%, calibrated on past errors`."""
        chosen = self.form.cleaned_data.get("levels") or asking.LEVELS
        return gettext("%(levels)s, calibrated on past errors") % {
            "levels": sentence.levels_words(chosen)
        }

    @property
    def bounds(self) -> limits.Bounds:
        """What values keep to."""
        found = self.form.cleaned_data.get("bounds")
        return found or limits.Bounds()

    @property
    def is_whole(self) -> bool:
        """Is "whole numbers" ticked?"""
        given = self.body.get("bounds")
        return bool(isinstance(given, Mapping) and given.get("integer"))

    @property
    def bounds_hint(self) -> str:
        """`load has been between 3,021 and 6,402.`."""
        said = [
            gettext("%(column)s has been between %(low)s and %(high)s.")
            % {
                "column": column.name,
                "low": wording.figure(float(column.stats["min"])),
                "high": wording.figure(float(column.stats["max"])),
            }
            for column in self.chosen[:3]
            if column.stats.get("min") is not None
        ]
        return wording.sentences(said)

    @property
    def usual_seasons(self) -> tuple[int, ...]:
        """Those of the calendar."""
        lengths = Frequency.parse(self.version.frequency).season_lengths
        return tuple(steps for steps in lengths if steps > 1)

    @cached_property
    def cycles(self) -> list[seasons.Cycle]:
        """The cycles of the calendar, and whether the first target shows them."""
        if not self.chosen:
            return []
        return seasons.cycles_of(self.version, self.chosen[0], self.series)

    @property
    def seasons_words(self) -> str:
        """`24 and 168 steps, by the calendar`."""
        mine = self.form.cleaned_data.get("seasons")
        lengths = mine or self.usual_seasons
        if not lengths:
            return gettext("none")
        words = listed(spans.counted(steps, self.frequency) for steps in lengths)
        if mine:
            return gettext("%(seasons)s, chosen by you") % {"seasons": words}
        return gettext("%(seasons)s, by the calendar") % {"seasons": words}

    @property
    def refit(self) -> str:
        """Once, or before each window."""
        return plain_text(self.body.get("refit")) or limits.NEVER

    @property
    def windows(self) -> int:
        """How many there will be."""
        return self.form.terrain.course.windows

    @property
    def most_windows(self) -> int:
        """How many there may be at most."""
        return min(limits.MOST_WINDOWS, limits.most_windows(self.form.rows, self.form.steps))

    @property
    def tests_words(self) -> str:
        """`8 windows of 168 hours, models fitted once before them`."""
        if not self.windows:
            return gettext("none, too few rows")
        words = {
            "windows": sentence.windows_words(self.windows),
            "span": spans.counted(self.form.steps, self.frequency),
        }
        if self.refit == limits.EACH:
            return gettext("%(windows)s of %(span)s, models fitted before each") % words
        return gettext("%(windows)s of %(span)s, models fitted once before them") % words

    @property
    def most_seconds(self) -> int:
        """The longest race there may be."""
        return limits.most_seconds()

    @property
    def rest_words(self) -> str:
        """`40 s at most`."""
        seconds = self.form.cleaned_data.get("seconds")
        if seconds:
            return gettext("%(n)s s to race") % {"n": f"{seconds:,.0f}"}
        return gettext("usual time")

    @property
    def bounds_said(self) -> str:
        """The sentence about bounds; empty without any."""
        if not self.bounds:
            return ""
        return gettext("Values: %(bounds)s.") % {"bounds": self.bounds.in_words()}


def plain_text(value: Any) -> str:
    """What stands in a field; nothing for what is no text."""
    if isinstance(value, float):
        return f"{value:.12g}"
    return "" if value is None or isinstance(value, list | dict) else str(value)
