"""A what-if as its page shows it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property
from typing import Any, Final

import numpy as np
from django.http import QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext

from forecasting import wording
from forecasting.engine.covariate_blocks import known_names, past_names
from forecasting.engine.panel import Panel
from forecasting.engine.registry import model_type
from forecasting.models import PredictionResult, Scenario
from forecasting.scenarios import answering, changes, figures, forms
from forecasting.scenarios.answering import Facts, Outcome, share
from forecasting.scenarios.changes import Change
from forecasting.scenarios.forms import Filled, Slider
from forecasting.scenarios.moments import Moments
from forecasting.shown import ShownForecast
from forecasting.views.fetching import require_answer

MOST_SLIDERS: Final = 6
ON_A_CARD: Final = 2
NOTCHES: Final = 100
EMPTY_ROWS: Final = 2


class ShownWhatIf:
    """Sliders, columns and kept scenarios of one series by one model."""

    def __init__(self, shown: ShownForecast, opened: Scenario | None = None) -> None:
        self.shown = shown
        self.opened = opened
        self.result: PredictionResult = require_answer(shown)

    @cached_property
    def panel(self) -> Panel | None:
        """What the model looked at; None where it is gone."""
        model = self.result.model
        if model is None or not model.is_ready:
            return None
        return answering.rows_of(self.shown.task, model)

    @cached_property
    def target(self) -> str:
        """The column that the series lies in."""
        panel = self.panel
        if panel is None or self.shown.series not in panel.labels:
            return ""
        return panel.channels[panel.labels.index(self.shown.series) % len(panel.channels)]

    @cached_property
    def hears(self) -> bool:
        """Does the model look at covariates of the future?"""
        return model_type(self.result.type).capabilities.uses_known_future

    @cached_property
    def sliders(self) -> list[Slider]:
        """Chosen covariates that are known over the horizon and move at all."""
        panel = self.panel
        if panel is None or panel.known is None or not self.hears:
            return []
        known, horizon = panel.known, self.shown.task.horizon
        reach = np.minimum(known.reach(panel.lengths).min(axis=0), horizon)
        spans = np.ptp(known.values, axis=0)
        found = [
            Slider(name, _round(float(span)), _round(float(span)) / NOTCHES, int(last))
            for name, span, last in zip(known.names, spans, reach, strict=True)
            if span > 0 and last > 0 and name in self.chosen
        ]
        return found[:MOST_SLIDERS]

    @cached_property
    def by_column(self) -> dict[str, Slider]:
        """The sliders by what they move."""
        return {one.column: one for one in self.sliders}

    @cached_property
    def moments(self) -> Moments:
        """The times of the steps."""
        return answering.moments_of(self.shown.task, self.result, self.shown.series)

    def asked(self, said: QueryDict) -> list[Change]:
        """What the fields say. Raises ForecastProblem."""
        return forms.asked(said, self.by_column, self.target, self.moments)

    @cached_property
    def _opened(self) -> tuple[list[Change], int]:
        return changes.kept(self._dated(self.opened), self.moments) if self.opened else ([], 0)

    @property
    def opened_changes(self) -> list[Change]:
        """Those of the scenario that is opened again; none without one."""
        return self._opened[0]

    @property
    def opened_words(self) -> str:
        """What became of a scenario of another run; empty for one of this run."""
        if self.opened is None or self.is_own:
            return ""
        passed, count = self._opened[1], len(self.opened.changes)
        if passed == count:
            return gettext(
                "%(name)s was made on an earlier run, and the days that it changes have passed: "
                "what came is in the data now."
            ) % {"name": self.opened.name}
        said = [
            gettext(
                "%(name)s was made on an earlier run. Its changes are asked of this run, on the "
                "same days; save it to keep the answer here."
            )
            % {"name": self.opened.name}
        ]
        if passed:
            said.append(
                ngettext(
                    "%(n)s of its %(count)s changes has passed.",
                    "%(n)s of its %(count)s changes have passed.",
                    passed,
                )
                % {"n": passed, "count": count}
            )
        return wording.sentences(said)

    @property
    def is_own(self) -> bool:
        """Is the opened scenario one of this run, so that saving replaces it?"""
        return self.opened is not None and self.opened.task_id == self.shown.task.pk

    @cached_property
    def filled(self) -> Filled:
        """What the fields say at first."""
        horizon = self.shown.task.horizon
        return forms.filled(self.opened_changes, self.by_column, self.target, horizon)

    @property
    def slides(self) -> list[tuple[Slider, float, str]]:
        """Every slider, where it stands, and until when it is known if not to the end."""
        horizon = self.shown.task.horizon
        return [
            (
                one,
                self.filled.slides.get(one.column, 0.0),
                self.moments.words(one.last) if one.last < horizon else "",
            )
            for one in self.sliders
        ]

    @property
    def top_slides(self) -> list[tuple[Slider, float, str]]:
        """Those that a small card has room for."""
        return self.slides[:ON_A_CARD]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Rows of the table: what no slider says, then empty ones over the whole forecast."""
        found: list[dict[str, Any]] = [
            {
                "change": one,
                "from": self.moments.field(one.first),
                "to": self.moments.field(one.last),
            }
            for one in self.filled.rows
        ]
        return found + [{"change": None, **self.bounds}] * max(1, EMPTY_ROWS - len(found))

    @property
    def first_words(self) -> str:
        """The first time of the forecast."""
        return self.moments.words(1)

    @property
    def last_words(self) -> str:
        """The last."""
        return self.moments.words(self.moments.horizon)

    @cached_property
    def bounds(self) -> dict[str, str]:
        """The first and the last step to come, as fields have them; `least` is the first known."""
        rows = int(self.panel.lengths.min()) if self.panel is not None else 0
        return {
            "least": self.moments.field(max(1 - rows, -changes.FARTHEST_BACK)),
            "from": self.moments.field(1),
            "to": self.moments.field(self.moments.horizon),
        }

    @cached_property
    def chosen(self) -> set[str]:
        """Names of the covariates that somebody chose; those of the calendar are not among them."""
        keys = set((self.shown.task.asked("covariates", {}) or {}).get("known", []))
        columns = self.shown.task.version.columns.all()
        return {column.name for column in columns if column.key in keys}

    @cached_property
    def columns(self) -> list[str]:
        """What a row of the table may change."""
        panel = self.panel
        if panel is None:
            return []
        known = [name for name in known_names(panel) if name in self.chosen and self.hears]
        past = list(past_names(panel)) if self.hears else []
        return [name for name in (self.target, *known, *past) if name]

    @property
    def deaf_words(self) -> str:
        """What a model says that looks at no covariates; empty for others."""
        panel = self.panel
        if self.hears or panel is None or not self.chosen:
            return ""
        return answering.unheard(self.shown.task, self.result)

    @cached_property
    def kept(self) -> list[Scenario]:
        """Scenarios of this series, of this run."""
        rows = Scenario.objects.filter(task=self.shown.task, series=self.shown.series)
        return list(rows.for_list())

    @cached_property
    def earlier(self) -> list[Scenario]:
        """Those of earlier runs that this run has none of the same name of."""
        taken = {row.name for row in self.kept}
        rows = Scenario.objects.of_earlier_runs(self.shown.task).filter(series=self.shown.series)
        found = {row.name: row for row in rows.for_list().order_by("task__run")}
        return [row for name, row in found.items() if name not in taken]

    @property
    def earlier_rows(self) -> list[dict[str, Any]]:
        """The same with their changes and where they are asked of this run."""
        return [
            {"row": row, "query": _query(row), "changes": self._words(row)} for row in self.earlier
        ]

    @property
    def kept_rows(self) -> list[dict[str, Any]]:
        """The same beside each other: total and peak, each with its change."""
        return [self._kept_row(row) for row in self.kept]

    def outcome(self, wanted: Sequence[Change]) -> Outcome:
        """What the changes make of the forecast."""
        return answering.preview(self.shown.task, self.result, self.shown.series, wanted)

    def in_words(self, wanted: Sequence[Change]) -> list[str]:
        """The changes, each with its days."""
        return [one.in_words(self.moments) for one in wanted]

    def figure_json(self, outcome: Outcome) -> str:
        """The chart of an outcome with the kept scenarios."""
        kept = [(row.name, row.answer) for row in self.kept]
        clock = self.shown.task.version.clock
        drawn = figures.beside(outcome.base, outcome.line, self.shown.history, kept, clock)
        return json.dumps(drawn, ensure_ascii=False)

    def facts(self, outcome: Outcome) -> dict[str, Any]:
        """Peak and total in words, with their changes."""
        was, now = Facts.of(outcome.base), Facts.of(outcome.line)
        return {
            "peak": wording.figure(now.peak),
            "peak_when": self._when(now.peak_time),
            "peak_change": _change(now.peak, was.peak),
            "total": wording.figure(now.total),
            "total_change": _change(now.total, was.total),
        }

    def _kept_row(self, row: Scenario) -> dict[str, Any]:
        said = row.answer
        return {
            "row": row,
            "query": _query(row),
            "is_open": row == self.opened,
            "total": wording.figure(said["total"]),
            "total_change": _change(said["total"], said["base_total"]),
            "peak": wording.figure(said["peak"]),
            "peak_when": self._when(said["peak_at"]),
            "peak_change": _change(said["peak"], said["base_peak"]),
            "changes": self._words(row),
        }

    def _dated(self, row: Scenario) -> list[dict[str, Any]]:
        return changes.dated(row.changes, row.answer.get("ds", []), self.moments)

    def _words(self, row: Scenario) -> list[str]:
        """Kept changes at the times they were made for."""
        found = [changes.stored(one, self.moments) for one in self._dated(row)]
        return [one.in_words(self.moments) for one in found]

    def _when(self, time: str) -> str:
        return wording.moment(time, self.shown.frequency, self.shown.task.version.clock)


def _query(row: Scenario) -> str:
    said = {"model": row.model, "series": row.series, "scenario": str(row.pk)}
    return f"?{urlencode(said)}"


def _change(now: float, was: float) -> dict[str, Any] | None:
    found = share(now, was)
    if found is None:
        return None
    return {"words": f"{abs(found):.1%}", "up": found > 0, "same": abs(found) < 0.0005}


def _round(span: float) -> float:
    """A round number near it, so that the slider has round notches."""
    power = 10.0 ** np.floor(np.log10(span))
    return float(np.ceil(span / power) * power)
