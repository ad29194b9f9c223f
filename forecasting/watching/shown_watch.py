"""The watch on a line as the card of a model shows it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import pandas as pd
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from datasets.clock import AS_STORED, Clock
from forecasting import wording
from forecasting.models import ModelVersion, ModelWatch
from forecasting.registry import promoting
from forecasting.watching import drifting, figures, records, words

Words = str | Promise
STATES: Final = {
    ModelWatch.State.WAITING: ("", _("Waits for values")),
    ModelWatch.State.STEADY: ("good", _("Steady")),
    ModelWatch.State.DRIFTING: ("warn", _("Drifting")),
}
DAYS: Final = {"30": 30, "90": 90}


@dataclass(frozen=True)
class RangeButton:
    """One of the spans a person may choose."""

    key: str
    label: Words
    is_chosen: bool


class ShownWatch:
    """A watch with its charts and sentences; `span` is how many days back, "" for all."""

    def __init__(self, watch: ModelWatch, span: str = "") -> None:
        self.watch = watch
        self.line = watch.line
        self.span = span if span in DAYS else ""
        self.pill, self.state = STATES[ModelWatch.State(watch.state)]

    @property
    def has_values(self) -> bool:
        """Has anything come since the champion was trained?"""
        return bool(self.watch.seen.get("values")) and not self._frame.empty

    @property
    def summary(self) -> str:
        """How the champion does."""
        return words.summary(self.watch)

    @property
    def duel(self) -> str:
        """Challenger against champion; "" without a challenger."""
        return words.duel(self.watch) if self.line.challenger else ""

    @property
    def rule(self) -> str:
        """When a challenger is promoted."""
        return words.rule(self.watch)

    @property
    def promise(self) -> str:
        """How often luck alone raises an alarm."""
        return words.promise(self.watch)

    @property
    def champion(self) -> ModelVersion | None:
        """Whose values these are."""
        found: ModelVersion | None = self.watch.champion
        return found

    @property
    def rival(self) -> ModelVersion | None:
        """The challenger, where it has values of its own."""
        return self.line.challenger if not self._rival_frame.empty else None

    @property
    def earlier(self) -> ModelVersion | None:
        """Whom a roll-back would bring back."""
        return promoting.previous_champion(self.line)

    @property
    def ranges(self) -> list[RangeButton]:
        """30 days, 90 days, all."""
        named: list[tuple[str, Words]] = [("30", _("30 d")), ("90", _("90 d")), ("", _("All"))]
        return [RangeButton(key, label, key == self.span) for key, label in named]

    @property
    def errors_json(self) -> str:
        """One-step errors over time."""
        frames = [(self._name(self.champion), self._within(self._frame))]
        if self.rival is not None:
            frames.append((self._name(self.rival), self._within(self._rival_frame)))
        return json.dumps(figures.over_time(frames, self._marks, self._clock))

    @property
    def drift_json(self) -> str:
        """The sum of surprises of the series nearest to an alarm."""
        seen = self.watch.seen
        judged = drifting.judge_series(self._frame, seen["level"], seen["steps"])
        worst = judged[0]
        rows = self._frame[self._frame["unique_id"] == worst.label]
        return json.dumps(figures.drift(rows, worst.sums, self._clock))

    @property
    def facts(self) -> list[tuple[Words, str]]:
        """Figures of the newest values."""
        seen = self.watch.seen
        held = seen["held"]
        share = held["inside"] / held["count"] if held["count"] else None
        signal = seen["tracking"]["signal"]
        named: list[tuple[Words, str]] = [
            (_("Values compared"), f"{seen['values']:,}"),
            (_("One-step error, MASE"), _rounded(seen["mase"])),
            (_("Tracking signal, limits ±4"), "–" if signal is None else words.signed(signal)),
            (
                _("In the %(level)s%% band") % {"level": seen["level"]},
                "–" if share is None else wording.percent(share),
            ),
            (_("On the way to an alarm"), wording.percent(min(seen["distance"], 1.0))),
            (_("Newest value"), words.moment(self.watch, seen["until"])),
        ]
        if seen["series"] < seen["series_total"]:
            watched = f"{seen['series']:,} / {seen['series_total']:,}"
            named.append((_("Series watched"), watched))
        return named

    @cached_property
    def _frame(self) -> pd.DataFrame:
        return self._record(self.champion)

    @cached_property
    def _rival_frame(self) -> pd.DataFrame:
        return self._record(self.line.challenger)

    def _record(self, version: ModelVersion | None) -> pd.DataFrame:
        """Another look replaces the files; who meets that moment reads what it found."""
        try:
            return records.read(self._file(version))
        except FileNotFoundError:
            self.watch.refresh_from_db(fields=["seen"])
            return records.read(self._file(version))

    def _file(self, version: ModelVersion | None) -> str:
        files: dict[str, str] = self.watch.seen.get("files", {})
        return files.get(str(version.pk), "") if version is not None else ""

    def _within(self, frame: pd.DataFrame) -> pd.DataFrame:
        if not self.span or frame.empty:
            return frame
        first = self._frame["ds"].max() - pd.Timedelta(days=DAYS[self.span])
        newest: pd.DataFrame = frame[frame["ds"] > first]
        return newest

    def _name(self, version: ModelVersion | None) -> str:
        return f"v{version.number} {version.model.label}" if version is not None else ""

    @property
    def _marks(self) -> list[tuple[str, str]]:
        onset = self.watch.seen.get("onset")
        return [(onset, str(_("drift")))] if onset else []

    @property
    def _clock(self) -> Clock:
        found: Clock = self.watch.version.clock if self.watch.version else AS_STORED
        return found


def as_json(watch: ModelWatch) -> dict[str, Any]:
    """What programs are told of a watch."""
    seen = {name: value for name, value in watch.seen.items() if name not in {"files", "scales"}}
    return {
        "line": str(watch.line_id),
        "state": watch.state,
        "says": words.summary(watch),
        "since": watch.drifted_at,
        "looked_at": watch.looked_at,
        "champion": watch.champion.number if watch.champion else None,
        "challenger": watch.line.challenger.number if watch.line.challenger else None,
        "seen": seen,
        "duel": watch.duel,
        "duel_says": words.duel(watch) if watch.line.challenger else "",
        "rule_says": words.rule(watch),
        "alarms_say": words.promise(watch),
        "is_on": watch.is_on,
        "promotes": watch.promotes,
        "gain": round(100 * watch.least_gain, 6),
        "most_p": watch.most_p,
        "trains_on_drift": watch.trains_on_drift,
        "patience": watch.patience,
    }


def _rounded(value: float | None) -> str:
    return "–" if value is None else wording.rounded(value)
