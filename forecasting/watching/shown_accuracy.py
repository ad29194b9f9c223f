"""The accuracy of a forecast as its page shows it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import pandas as pd
from django.utils.translation import gettext, ngettext

from datasets.clock import Clock
from datasets.decimals import common_decimals
from forecasting import spans, wording
from forecasting.engine.drift.tracking import LIMIT
from forecasting.engine.frequency import Frequency
from forecasting.models import ForecastScore, PredictionTask
from forecasting.watching import accuracy, figures, scoring
from forecasting.watching.accuracy import Accuracy, RunAccuracy, StepAccuracy
from forecasting.watching.words import bias, signed

# The newest runs whose rows are drawn.
DRAWN_RUNS: Final = 30
LISTED_RUNS: Final = 50
# Luck leaves so few values inside an interval only once in a hundred times.
SURE: Final = 0.01


@dataclass(frozen=True)
class CoverageFact:
    """How an interval held: `80%`, `78%`, and whether that is worth a warning."""

    level: int
    share: float | None
    inside: int
    count: int
    is_odd: bool


@dataclass(frozen=True)
class RunRow:
    """A run with its times in words."""

    run: RunAccuracy
    cutoff: str
    url: str


class ShownAccuracy:
    """What the page says of one forecast and all of its runs."""

    def __init__(self, task: PredictionTask, series: str = "") -> None:
        self.task = task
        self.found: Accuracy = accuracy.of_task(task)
        self.asked = series

    @property
    def has_any(self) -> bool:
        """Has any value come, for any run?"""
        return bool(self.found.scores)

    @property
    def known(self) -> str:
        """`3 of 24 steps known yet, until Wed 21 Jan 02:00.`"""
        steps, known = self.task.horizon, self.found.known_of_this
        words = {"known": f"{known:,}", "steps": f"{steps:,}"}
        score = self.found.of_this
        if score is None:
            return gettext("None of the %(steps)s steps of this run is known yet.") % words
        if score.is_complete and known == steps:
            return ngettext(
                "The only step of this run is known.", "All %(steps)s steps of this run are known.",
                steps,
            ) % words  # fmt: skip
        words["when"] = self.moment(score.steps[-1]["time"])
        if score.is_complete:
            return (
                gettext(
                    "%(known)s of %(steps)s steps came, the last on %(when)s; the others are empty."
                )
                % words
            )
        return gettext("%(known)s of %(steps)s steps known yet, until %(when)s.") % words

    @property
    def verdict(self) -> str:
        """How far off, beside what past windows promised; too high or too low; the intervals."""
        return wording.sentences([self._error, self._bias, *self._intervals])

    @property
    def tracking_words(self) -> str:
        """`+5.2`, or a dash."""
        signal = self.found.tracking.signal
        return "–" if signal is None else signed(signal)

    @property
    def limit(self) -> int:
        """Of the tracking signal, on both sides."""
        return int(LIMIT)

    @cached_property
    def coverage(self) -> list[CoverageFact]:
        """Every level; a warning only where values stand by themselves."""
        return [
            CoverageFact(
                level,
                held.share,
                held.inside,
                held.count,
                is_odd=self.found.is_tested and min(held.p_fewer, held.p_more) < SURE,
            )
            for level, held in self.found.newest.coverage.items()
        ]

    @property
    def steps(self) -> list[StepAccuracy]:
        """By steps ahead."""
        return self.found.steps

    @property
    def runs(self) -> list[RunRow]:
        """The newest 50 runs."""
        return [
            RunRow(
                run,
                self.moment(run.cutoff),
                run.task.get_absolute_url() if run.task else "",
            )
            for run in self.found.runs[:LISTED_RUNS]
        ]

    @property
    def decimals(self) -> int | None:
        """Of errors, alike in all rows."""
        return common_decimals([*(one.mae for one in self.steps), self.found.whole.mae])

    @cached_property
    def labels(self) -> list[str]:
        """Series with values, as many as are worth choosing from."""
        return sorted({str(label) for label in self._rows["unique_id"].unique()})

    @property
    def series(self) -> str:
        """The one that is drawn."""
        return self.asked if self.asked in self.labels else next(iter(self.labels), "")

    @property
    def figure_json(self) -> str:
        """Forecast against what came."""
        rows = self._rows[self._rows["unique_id"] == self.series]
        level = min(self.found.levels, default=0)
        return json.dumps(figures.against(rows, level, self._clock))

    @property
    def steps_json(self) -> str:
        """Error by step."""
        return json.dumps(figures.by_step(self.steps, self._promised))

    @property
    def level(self) -> int:
        """The narrowest interval."""
        return min(self.found.levels, default=0)

    @property
    def waits_for(self) -> str:
        """The time of the first value that is waited for."""
        last = str(self.task.receipt.get("last") or "")
        return self.moment(last) if last else ""

    @property
    def horizon_words(self) -> str:
        """`24 hours`."""
        return spans.span_words(self.task.horizon, self._frequency)

    def moment(self, time: str) -> str:
        """A time of the data in words."""
        return wording.moment(time, self._frequency, self._clock)

    @cached_property
    def _rows(self) -> pd.DataFrame:
        """Every time once, by the newest forecast of it."""
        frames = [scoring.rows_of(one) for one in self._drawn]
        if not frames:
            return pd.DataFrame({"unique_id": [], "ds": []})
        both = pd.concat(frames, ignore_index=True)
        both = both.drop_duplicates(["unique_id", "ds"], keep="last")
        return both.sort_values(["unique_id", "ds"], ignore_index=True)

    @property
    def _drawn(self) -> list[ForecastScore]:
        """The newest runs, the oldest of them first."""
        return sorted(self.found.scores, key=lambda one: one.cutoff)[-DRAWN_RUNS:]

    @cached_property
    def _metrics(self) -> dict[str, Any]:
        """Of the answer that is shown, on past windows."""
        first = self.task.results.ranked().without_points().first()
        return dict(first.metrics) if first is not None else {}

    @property
    def _promised(self) -> list[float | None]:
        return list((self._metrics.get("per_step") or {}).get("mae") or [])

    @property
    def promised(self) -> float | None:
        """The mean absolute error on past windows over the steps that are known."""
        ahead = [one.step for one in self.steps]
        known = [self._promised[step - 1] for step in ahead if step <= len(self._promised)]
        values = [value for value in known if value is not None]
        return sum(values) / len(values) if values else None

    @property
    def _error(self) -> str:
        mae = self.found.whole.mae
        if mae is None:
            return ""
        words = {"mae": wording.figure(mae), "n": f"{self.found.whole.values:,}"}
        if self.promised is None:
            return gettext("Off by %(mae)s on average over %(n)s values.") % words
        words["promised"] = wording.figure(self.promised)
        return (
            gettext(
                "Off by %(mae)s on average over %(n)s values; past windows promised %(promised)s."
            )
            % words
        )

    @property
    def _bias(self) -> str:
        found = self.found.tracking
        return bias({"signal": found.signal, "p_value": found.p_value})

    @property
    def _intervals(self) -> list[str]:
        found = []
        for one in self.coverage:
            if one.is_odd and one.share is not None:
                words = {"level": one.level, "share": wording.percent(one.share)}
                found.append(gettext("The %(level)s%% interval held %(share)s of them.") % words)
        return found

    @property
    def _frequency(self) -> Frequency:
        return Frequency.parse(self.task.version.frequency)

    @property
    def _clock(self) -> Clock:
        found: Clock = self.task.version.clock
        return found
