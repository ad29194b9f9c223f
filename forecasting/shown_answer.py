"""The answer of a forecast that a page is about: which model, which series, what came before it."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Final

from django.utils.translation import gettext

from forecasting import figures, histories, results, side_notes, spans, wording
from forecasting.addresses import Choice
from forecasting.chart_notes import Notes
from forecasting.engine.frequency import Frequency
from forecasting.headline import Headline, headline_of
from forecasting.histories import ColumnPast, Past
from forecasting.models import PredictionResult, PredictionTask
from forecasting.models.trained_model import YARDSTICK
from forecasting.portfolio.observed import TotalPast
from forecasting.results import Line
from forecasting.turning import turning_of

# More series than this are searched, not listed.
LISTED: Final = 12
OFFERED: Final = 50


class ShownAnswer:
    """Of a forecast, what `choice` names: the leader and the first series where it says nothing."""

    def __init__(
        self, task: PredictionTask, choice: Choice | None = None, *, series: str = ""
    ) -> None:
        self.task = task
        self.choice = choice or Choice(series=series)

    @cached_property
    def frequency(self) -> Frequency:
        """The step of the series."""
        return Frequency.parse(self.task.asked("frequency"))

    @property
    def span(self) -> str:
        """The horizon in words."""
        return spans.span_words(self.task.horizon, self.frequency)

    @cached_property
    def ranked(self) -> list[PredictionResult]:
        """Results without their points, the leader first."""
        listed: list[PredictionResult] | None = getattr(self.task, "listed", None)
        return list(self.task.results.ranked().without_points()) if listed is None else listed

    @property
    def has_answer(self) -> bool:
        """Is there anything to draw?"""
        return bool(self.ranked)

    @cached_property
    def chosen(self) -> PredictionResult | None:
        """The result that is drawn, with its points: the one asked for, or the leader."""
        asked = [one for one in self.ranked if one.name == self.choice.model]
        return next(iter(asked or self.ranked), None)

    @cached_property
    def beside(self) -> list[PredictionResult]:
        """The models that are drawn with it, in the order they were asked for."""
        named = {one.name: one for one in self.ranked if one != self.chosen}
        return [named[name] for name in self.choice.beside or () if name in named]

    @cached_property
    def yardstick(self) -> PredictionResult | None:
        """The seasonal naive result."""
        return next((one for one in self.ranked if one.name == YARDSTICK), None)

    @cached_property
    def labels(self) -> list[str]:
        """Names of the series, at most 200."""
        return results.labels_of(self.chosen) if self.chosen else []

    @property
    def labels_total(self) -> int:
        """How many series there are."""
        if self.chosen is None:
            return 0
        return int(self.chosen.predictions.get("labels_total", len(self.labels)))

    @property
    def series_total(self) -> int:
        """The same without totals over them."""
        return self.labels_total - sum(int(one["series"]) for one in self.levels[:-1])

    @cached_property
    def levels(self) -> list[dict[str, Any]]:
        """The levels of totals and their sums, by the first model that keeps them: seasonal naive
        does not reconcile and has none of its own.
        """
        found = [self.chosen, *self.ranked] if self.chosen else []
        return next((kept for one in found if (kept := one.metrics.get("levels"))), [])

    @property
    def has_more_labels(self) -> bool:
        """Are there more series than the list holds?"""
        if self.chosen is None:
            return False
        return int(self.chosen.predictions.get("labels_total", 0)) > len(self.labels)

    @property
    def searches_labels(self) -> bool:
        """Are there too many series for a list to choose from?"""
        return self.has_more_labels or len(self.labels) > LISTED

    def labels_with(self, text: str) -> list[str]:
        """Names of series that hold `text`, at most 50."""
        if not self.has_more_labels:
            found = [label for label in self.labels if text.casefold() in label.casefold()]
            return found[:OFFERED]
        return results.labels_with(self.chosen, text, OFFERED) if self.chosen else []

    @cached_property
    def series(self) -> str:
        """The series that is drawn."""
        if self.choice.series and self.choice.series in self.labels:
            return self.choice.series
        if self.choice.series and self.has_more_labels:
            return self.choice.series
        return self.labels[0] if self.labels else ""

    @cached_property
    def line(self) -> Line | None:
        """The answer for that series."""
        if self.chosen is None:
            return None
        found = results.line_of(self.chosen, self.series)
        if found is None and self.labels and self.series != self.labels[0]:
            self.series = self.labels[0]
            found = results.line_of(self.chosen, self.series)
        return found

    @cached_property
    def history(self) -> figures.Points:
        """Times and values before the forecast, as much as was asked for."""
        times, values = self.stored_history
        if self.choice.past == "all":
            return histories.whole(self.past) if self.past else (times, values)
        if self.choice.past == "ahead":
            few = max(2, self.task.horizon // 4)
            return times[-few:], values[-few:]
        return times, values

    @cached_property
    def stored_history(self) -> figures.Points:
        """The last values, one a step: as kept with the result or read from the dataset."""
        kept = self.chosen.visualization_data.get("history", {}) if self.chosen else {}
        one = kept.get(self.series)
        if one:
            return one["times"], one["values"]
        return histories.before(self.past, self.line, self.frequency)

    @cached_property
    def last_span(self) -> list[float | None]:
        """As many values as are forecast, up to the last one known; [] where there are fewer."""
        values, steps = self.stored_history[1], self.task.horizon
        return list(values[-steps:]) if len(values) >= steps else []

    @cached_property
    def past(self) -> Past | None:
        """Where the past of the series that is drawn comes from; None where nobody knows."""
        version, names = self.task.version, self.task.asked("names", [])
        keys = dict(zip(names, self.task.asked("targets", []), strict=False))
        if total := TotalPast.of(self.task, self.series):
            return total
        if not version.series_column:
            key = keys.get(self.series)
            return ColumnPast(version, key, None) if key else None
        series, _, channel = self.series.rpartition("/") if len(names) > 1 else ("", "", "")
        if channel in keys:
            return ColumnPast(version, keys[channel], series)
        return ColumnPast(version, keys[names[0]], self.series) if names else None

    @cached_property
    def headline(self) -> Headline | None:
        """The answer in words."""
        if self.line is None or self.chosen is None:
            return None
        values = list(self.stored_history[1])
        return headline_of(
            self.line,
            values,
            self.frequency,
            self.ranked,
            self.chosen,
            clock=self.task.version.clock,
        )

    @cached_property
    def notes(self) -> Notes | None:
        """What is written into the chart: the one thing of the headline, and what stays quiet."""
        if self.line is None or self.chosen is None:
            return None
        drawn = [*self.history[0][:1], *self.line.times[-1:]]
        quiet = side_notes.of_answer(self.chosen, self.series, drawn)
        return Notes(turning_of(self.line, self.stored_history[1]), quiet)

    @property
    def chart_words(self) -> str:
        """The chart in words: the headline, and each quiet note with its time."""
        said = [self.headline.text] if self.headline else []
        clock = self.task.version.clock
        said += [
            gettext("%(note)s, %(when)s.")
            % {"note": one.text, "when": wording.at_moment(one.time, self.frequency, clock)}
            for one in (self.notes.quiet if self.notes else ())
        ]
        return wording.tight(wording.sentences(said))

    @property
    def series_is_chosen(self) -> bool:
        """Is another series drawn than the first?"""
        return bool(self.labels) and self.series != self.labels[0]
