"""A watch and its anomalies in words: how often, how sure, what labels changed, who agrees."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils.translation import gettext, gettext_lazy, ngettext

from datasets.clock import AS_STORED, Clock
from forecasting import wording
from forecasting.anomalies import syncing
from forecasting.anomalies.forms import STOPS, nearest_stop
from forecasting.engine.frequency import Frequency
from forecasting.models import Anomaly, AnomalyWatch

HOW: Final = {
    "forecast": gettext_lazy("Outside the interval of a forecast made one step before"),
    "season": gettext_lazy("Away from level and seasons, by robust decomposition"),
    "forest": gettext_lazy("Unlike other rows in change, level and season together"),
}
PILLS: Final = {
    Anomaly.Label.REAL: "bad",
    Anomaly.Label.FALSE: "neutral",
    Anomaly.Label.EXPECTED: "good",
}
RAREST: Final = 1_000_000


@dataclass(frozen=True)
class ShownRate:
    """Alarms at a threshold, in sentences."""

    rate: dict[str, Any]

    @property
    def counted(self) -> str:
        """`12 alarms in the 23.4 weeks judged: 0.51 a week (likely 0.27 to 0.9).`"""
        alarms = int(self.rate["alarms"])
        words = {
            "n": f"{alarms:,}",
            "weeks": weeks_words(self.rate["weeks"]),
            "rate": per_week(self.rate["per_week"]),
            "low": per_week(self.rate["low"]),
            "high": per_week(self.rate["high"]),
        }
        return (
            ngettext(
                "%(n)s alarm in the %(weeks)s judged: %(rate)s a week, with 95%% confidence "
                "%(low)s to %(high)s.",
                "%(n)s alarms in the %(weeks)s judged: %(rate)s a week, with 95%% confidence "
                "%(low)s to %(high)s.",
                alarms,
            )
            % words
        )

    @property
    def chance(self) -> str:
        """What chance alone would explain; "" where nothing is unusual."""
        if not self.rate["unusual"]:
            return ""
        return gettext(
            "%(unusual)s rows are unusual; chance alone explains about %(chance)s of them."
        ) % {
            "unusual": f"{self.rate['unusual']:,}",
            "chance": wording.figure(round(min(self.rate["by_chance"], self.rate["unusual"]), 1)),
        }

    @property
    def rarity(self) -> str:
        """`1 row in 350 strays as far`."""
        return gettext("An alarm is a row that strays as far as %(rarity)s.") % {
            "rarity": one_in(self.rate["threshold"])
        }


class ShownWatch:
    """One watch as its page shows it."""

    def __init__(self, watch: AnomalyWatch) -> None:
        self.watch = watch
        self.rate = ShownRate(watch.rate) if watch.rate else None

    @property
    def detector(self) -> str:
        """What people call it."""
        return str(self.watch.get_detector_display())

    @property
    def how(self) -> str:
        """What it looks for."""
        return str(HOW[self.watch.detector])

    @property
    def stop(self) -> int:
        """The place of the slider."""
        return nearest_stop(self.watch.per_week)

    @property
    def last_stop(self) -> int:
        """The last place of the slider."""
        return len(STOPS) - 1

    @property
    def wanted(self) -> str:
        """`1 a week`."""
        return gettext("%(rate)s a week") % {"rate": per_week(self.watch.per_week)}

    @property
    def lesson(self) -> str:
        """What the labels changed; "" without labels that count."""
        return lesson_words(self.watch)

    @property
    def refusals(self) -> list[tuple[str, str]]:
        """Series that are not judged, each with the reason; five at most."""
        return list(self.watch.refused.items())[:5]

    @property
    def more_refused(self) -> int:
        """How many more there are."""
        return max(0, len(self.watch.refused) - 5)

    @property
    def detectors(self) -> list[dict[str, Any]]:
        """What every detector saw, with its name in words."""
        labels = dict(AnomalyWatch.Detector.choices)
        return [
            {**one, "label": labels[one["name"]], "is_own": one["name"] == self.watch.detector}
            for one in self.watch.comparison.get("detectors", [])
        ]

    @property
    def agreement(self) -> list[str]:
        """`Forecast and Seasons: 62% of their events meet`."""
        labels = dict(AnomalyWatch.Detector.choices)
        return [
            gettext("%(first)s and %(second)s: %(share)s of their events meet.")
            % {
                "first": labels[pair["pair"][0]],
                "second": labels[pair["pair"][1]],
                "share": f"{100 * pair['share']:.0f}%",
            }
            for pair in self.watch.comparison.get("pairs", [])
            if pair["share"] is not None
        ]


class ShownAnomaly:
    """One anomaly as lists show it."""

    def __init__(
        self,
        row: Anomaly,
        frequency: Frequency,
        clock: Clock = AS_STORED,
        *,
        can_edit: bool = False,
    ) -> None:
        self.row, self.frequency, self.clock, self.can_edit = row, frequency, clock, can_edit

    @property
    def when(self) -> str:
        """`Mon 23 Nov 19:00`, with the year: history may be long."""
        return wording.stamp(_stored(self.row.start).isoformat(), self.frequency, self.clock)

    @property
    def lasted(self) -> str:
        """`3 rows`; what goes on says so."""
        words = ngettext("%(n)s row", "%(n)s rows", self.row.rows) % {"n": f"{self.row.rows:,}"}
        return gettext("%(rows)s, goes on") % {"rows": words} if self.row.lasts else words

    @property
    def deviation(self) -> str:
        """`+60.2`, `−12`; a dash for a gap."""
        if self.row.size is None:
            return "–"
        sign = "+" if self.row.size > 0 else ""
        return sign + wording.figure(self.row.size)

    @property
    def times_usual(self) -> str:
        """`12×`."""
        known = self.row.times_usual
        return "–" if known is None else f"{wording.figure(float(f'{known:.2g}'))}×"

    @property
    def value(self) -> str:
        """The value, and what was expected, in one phrase."""
        if self.row.value is None:
            return gettext("%(expected)s expected") % {"expected": self._expected}
        return gettext("%(value)s, %(expected)s expected") % {
            "value": wording.figure(self.row.value),
            "expected": self._expected,
        }

    @property
    def rarity(self) -> str:
        """`1 row in 4,300`."""
        return one_in(self.row.p)

    @property
    def pill(self) -> str:
        """How the label looks."""
        return PILLS.get(Anomaly.Label(self.row.label), "") if self.row.label else ""

    @property
    def zoom(self) -> tuple[str, str]:
        """Start and end of the part of the chart that shows it."""
        start, end = _stored(self.row.start), _stored(self.row.end)
        room = max(end - start, timedelta(seconds=40 * self.frequency.step_seconds))
        span = (start - room, end + room)
        first, last = (self.clock.shown(moment).isoformat() for moment in span)
        return first, last

    @property
    def _expected(self) -> str:
        return "–" if self.row.expected is None else wording.figure(self.row.expected)


def shown_anomalies(
    rows: list[Anomaly], watch: AnomalyWatch, *, can_edit: bool
) -> list[ShownAnomaly]:
    """Rows of a list of one watch."""
    if not rows:
        return []
    clock = watch.version.clock if watch.version is not None else AS_STORED
    frequency = syncing.frequency_of(watch)
    return [ShownAnomaly(row, frequency, clock, can_edit=can_edit) for row in rows]


def lesson_words(watch: AnomalyWatch) -> str:
    """What the labels did to the threshold."""
    told = watch.lesson
    if not told:
        return ""
    words = {
        "false": told["false"],
        "dropped": told["false_dropped"],
        "real": told["real"],
        "kept": told["real_kept"],
        "before": per_week(told["before_per_week"]),
        "after": per_week(watch.rate["per_week"]),
    }
    if told["moved"]:
        return (
            gettext(
                "Labels moved the threshold: %(dropped)s of %(false)s labelled false alarms fall "
                "away, %(kept)s of %(real)s real ones stay, %(before)s alarms a week become "
                "%(after)s."
            )
            % words
        )
    if told["false"]:
        return gettext(
            "Labels leave the threshold where it is: the false alarms are as unusual as the real "
            "ones, so no threshold tells them apart."
        )
    return gettext("Labels leave the threshold where it is: all were called real.")


def per_week(rate: float) -> str:
    """A rate with two significant digits: `0.51`, `12`."""
    return wording.figure(float(f"{rate:.2g}"))


def weeks_words(weeks: float) -> str:
    """`23 weeks`, `1.4 weeks`, `3 days`."""
    if weeks < 1:
        days = weeks * 7
        return ngettext("%(n)s day", "%(n)s days", math.ceil(days)) % {
            "n": wording.figure(round(days, 1))
        }
    shown = round(weeks, 1) if weeks < 10 else round(weeks)
    return ngettext("%(n)s week", "%(n)s weeks", math.ceil(shown)) % {"n": wording.figure(shown)}


def one_in(p: float) -> str:
    """`1 row in 350`; with two significant digits, and an end."""
    if p * RAREST < 1:
        return gettext("fewer than 1 row in a million")
    return gettext("1 row in %(n)s") % {"n": f"{float(f'{1 / p:.2g}'):,.0f}"}


def _stored(moment: datetime) -> datetime:
    """As the files have it: without a zone."""
    return moment.replace(tzinfo=None)
