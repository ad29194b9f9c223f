"""The Backtest tab: every past window of one series, of any models side by side."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

import pandas as pd
from django.urls import reverse
from django.utils.translation import gettext

from datasets.decimals import common_decimals
from forecasting import histories, leaderboard, spans, wording
from forecasting.engine.frequency import Frequency
from forecasting.figures import Points
from forecasting.models import PredictionResult
from forecasting.proof import figures, words
from forecasting.proof.scores import Proof, Score, gain, proof_of, skill
from forecasting.proof.strip import paths
from forecasting.shown import ShownForecast

VIEWS: Final = ("one", "all", "errors")
# Of the span of a window, what is drawn before it.
BEFORE: Final = 0.4
LEAST_BEFORE: Final = 12
DAY: Final = Frequency.parse("D")


@dataclass(frozen=True)
class Window:
    """One past window in the strip and in the table."""

    place: int
    cutoff: str
    day: str
    score: Score
    skill: float | None
    path: str
    url: str
    is_here: bool
    is_hardest: bool

    @property
    def number(self) -> int:
        """Counted from 1."""
        return self.place + 1


class ShownBacktest:
    """`window` counts from 1; without it the newest is open. `view` is one of VIEWS."""

    def __init__(self, shown: ShownForecast, *, window: str = "", view: str = "") -> None:
        self.shown = shown
        self.view = view if view in VIEWS else VIEWS[0]
        self._window = int(window) if window.isdecimal() and len(window) < 6 else 0

    @cached_property
    def tested(self) -> list[PredictionResult]:
        """Results that have past windows to show."""
        return [one for one in self.shown.ranked if one.backtest_path]

    @cached_property
    def beside(self) -> list[PredictionResult]:
        """What is drawn beside the shown model: seasonal naive, unless somebody chose."""
        if self.shown.choice.beside is not None:
            return self.shown.beside
        other = self.shown.yardstick
        return [other] if other is not None and other != self.shown.chosen else []

    @cached_property
    def own(self) -> Proof | None:
        """The shown model; None where it was not tested."""
        return proof_of(self.shown.chosen, self.shown.series) if self.shown.chosen else None

    @cached_property
    def proofs(self) -> list[Proof]:
        """The shown model first, then those beside it, all in the same windows."""
        if self.own is None:
            return []
        found = [proof_of(one, self.shown.series) for one in self.beside]
        return [self.own, *(one.aligned(self.own) for one in found if one is not None)]

    @cached_property
    def naive(self) -> Proof | None:
        """Seasonal naive in the same windows, for the skill; None for itself."""
        other = self.shown.yardstick
        if self.own is None or other is None or other == self.shown.chosen:
            return None
        found = proof_of(other, self.shown.series)
        return found.aligned(self.own) if found is not None else None

    @property
    def skill(self) -> float | None:
        """Over all windows."""
        return gain(self.own, self.naive) if self.own is not None and self.naive else None

    @cached_property
    def place(self) -> int:
        """The open window, from 0."""
        count = len(self.own.numbers) if self.own else 0
        return self._window - 1 if 0 < self._window <= count else count - 1

    @cached_property
    def windows(self) -> list[Window]:
        """All of them, the oldest first."""
        if self.own is None:
            return []
        drawn, days = paths(self.own.mean - self.own.actual), self._days(self.own.cutoffs)
        return [
            Window(
                place=place,
                cutoff=self._moment(self.own.cutoffs[place]),
                day=days[place],
                score=score,
                skill=skill(score, self.naive.windows[place] if self.naive else None),
                path=drawn[place],
                url=self._url(window=place + 1, view="" if self.view == "all" else self.view),
                is_here=place == self.place,
                is_hardest=len(self.own.numbers) > 1 and place == self.own.hardest,
            )
            for place, score in enumerate(self.own.windows)
        ]

    @property
    def here(self) -> Window | None:
        """The open one."""
        return self.windows[self.place] if self.windows else None

    @property
    def earlier(self) -> Window | None:
        """The one before it."""
        return self.windows[self.place - 1] if self.place > 0 else None

    @property
    def later(self) -> Window | None:
        """The one after it."""
        return self.windows[self.place + 1] if self.place + 1 < len(self.windows) else None

    @property
    def decimals(self) -> int | None:
        """Decimals that the errors of all windows share."""
        return common_decimals(
            value for one in self.windows for value in (one.score.mae, one.score.bias)
        )

    @property
    def level(self) -> int:
        """The narrowest interval."""
        return min(self.shown.task.levels)

    @property
    def headline(self) -> Any:
        """How far off it was, in one sentence."""
        return words.headline(self.shown, self.own, self.skill) if self.own else ""

    @property
    def step_words(self) -> str:
        """The error of the first step and of the last."""
        return words.by_step(self.own, self.shown.frequency) if self.own else ""

    @cached_property
    def bands(self) -> list[leaderboard.Band]:
        """Does each interval hold what it promises, on this series?"""
        if self.own is None:
            return []
        whole = self.own.whole
        return [
            leaderboard.Band(level, share, whole.values)
            for level, share in sorted(whole.coverage.items())
            if share is not None
        ]

    @property
    def chips(self) -> list[dict[str, Any]]:
        """Every tested model with how it is drawn; its address draws it, or no longer does."""
        style = {
            proof.name: drawn
            for proof, drawn in zip(self.proofs, figures.styles(self.proofs), strict=True)
        }
        names = [one.name for one in self.beside]
        return [
            {
                "label": one.label,
                "style": style.get(one.name),
                "is_shown": one == self.shown.chosen,
                "url": self._url(beside=self.shown.here.toggled(one.name, names).beside),
            }
            for one in self.tested
        ]

    @property
    def drawn_count(self) -> int:
        """How many models are drawn."""
        return len(self.proofs)

    @property
    def views(self) -> list[dict[str, Any]]:
        """The three ways to look at windows."""
        labels = {
            "one": gettext("One window"),
            "all": gettext("All windows"),
            "errors": gettext("Errors overlaid"),
        }
        return [
            {"name": name, "label": label, "url": self._url(view=name), "chosen": name == self.view}
            for name, label in labels.items()
        ]

    @cached_property
    def figure(self) -> dict[str, Any]:
        """The large chart."""
        assert self.own is not None
        clock = self.shown.task.version.clock
        if self.view == "all":
            return figures.all_windows(self.proofs, self._throughout(), clock)
        if self.view == "errors":
            return figures.errors_overlaid(
                self.own, self.place, [one.cutoff for one in self.windows]
            )
        says = gettext("cutoff")
        return figures.one_window(self.proofs, self.place, self._before(), says, clock)

    @property
    def figure_json(self) -> str:
        """The same, to travel inside the page."""
        return json.dumps(self.figure, ensure_ascii=False)

    @property
    def steps_json(self) -> str:
        """Error by step ahead."""
        return json.dumps(figures.error_by_step(self.proofs), ensure_ascii=False)

    @property
    def coverage_json(self) -> str:
        """Coverage by step ahead."""
        return json.dumps(figures.coverage_by_step(self.proofs[0]), ensure_ascii=False)

    @property
    def chart_words(self) -> str:
        """What the large chart shows, for those who do not see it."""
        return words.chart(self.view, self.proofs, self.here.cutoff if self.here else "")

    def _before(self) -> Points:
        assert self.own is not None
        steps = max(LEAST_BEFORE, int(BEFORE * self.own.mean.shape[1]))
        cutoff, frequency = pd.Timestamp(self.own.cutoffs[self.place]), self.shown.frequency
        if self.shown.past is None:
            return [], []
        start = frequency.add(cutoff, 1 - steps)
        return histories.steps_between(self.shown.past, frequency, start, steps)

    def _throughout(self) -> Points:
        """What came from the first window to the last."""
        assert self.own is not None
        if self.shown.past is None:
            return [], []
        first, last = self.own.times[0][0], self.own.times[-1][-1]
        return histories.drawn_between(self.shown.past, first, last)

    def _days(self, cutoffs: list[str]) -> list[str]:
        """Cutoffs in short; in full where two of them are on one day."""
        found = [self._moment(time) for time in cutoffs]
        if 0 < self.shown.frequency.step_seconds < DAY.step_seconds:
            clock = self.shown.task.version.clock
            days = [wording.moment(time, DAY, clock) for time in cutoffs]
            return days if len(set(days)) == len(days) else found
        return found

    def _moment(self, time: str) -> str:
        return wording.moment(time, self.shown.frequency, self.shown.task.version.clock)

    def _url(self, **changed: Any) -> str:
        choice = self.shown.here
        if "beside" in changed:
            choice = replace(choice, beside=changed["beside"])
        window = changed.get("window", self._window)
        view = changed.get("view", self.view)
        more = [f"window={window}"] if window else []
        more += [f"view={view}"] if view not in {"", VIEWS[0]} else []
        query = choice.query
        for one in more:
            query += ("&" if query else "?") + one
        return reverse("forecasting:backtest", args=[self.shown.task.pk]) + query

    @property
    def span(self) -> str:
        """How long a window is."""
        return spans.span_words(self.shown.task.horizon, self.shown.frequency)
