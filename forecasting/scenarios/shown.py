"""A what-if as its page shows it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property
from typing import Any, Final

import numpy as np
from django.utils.http import urlencode
from django.utils.translation import gettext

from forecasting import wording
from forecasting.engine.covariate_blocks import known_names, past_names
from forecasting.engine.panel import Panel
from forecasting.engine.registry import model_type
from forecasting.models import PredictionResult, Scenario
from forecasting.scenarios import answering, figures
from forecasting.scenarios.answering import Facts, Outcome, share
from forecasting.scenarios.changes import Change
from forecasting.scenarios.forms import Filled, Slider, filled
from forecasting.shown import ShownForecast
from forecasting.views.fetching import require_answer

MOST_SLIDERS: Final = 6
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
        if int(panel.known.beyond(panel.lengths).min()) < self.shown.task.horizon:
            return []
        spans = np.ptp(panel.known.values, axis=0)
        found = [
            Slider(name, _round(float(span)), _round(float(span)) / NOTCHES)
            for name, span in zip(panel.known.names, spans, strict=True)
            if span > 0 and name in self.chosen
        ]
        return found[:MOST_SLIDERS]

    @cached_property
    def opened_changes(self) -> list[Change]:
        """Those of the scenario that is opened again; none without one."""
        return [Change(**one) for one in self.opened.changes] if self.opened else []

    @cached_property
    def filled(self) -> Filled:
        """What the fields say at first."""
        sliders = {one.column: one for one in self.sliders}
        return filled(self.opened_changes, sliders, self.target, self.shown.task.horizon)

    @property
    def slides(self) -> list[tuple[Slider, float]]:
        """Every slider with where it stands."""
        return [(one, self.filled.slides.get(one.column, 0.0)) for one in self.sliders]

    @property
    def rows(self) -> list[Change | None]:
        """Rows of the table: what no slider says, then empty ones."""
        found: list[Change | None] = [*self.filled.rows]
        return found + [None] * max(1, EMPTY_ROWS - len(found))

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
        """Scenarios of this series."""
        rows = Scenario.objects.filter(task=self.shown.task, series=self.shown.series)
        return list(rows.for_list())

    @property
    def kept_rows(self) -> list[dict[str, Any]]:
        """The same beside each other: total and peak, each with its change."""
        return [self._kept_row(row) for row in self.kept]

    def outcome(self, changes: Sequence[Change]) -> Outcome:
        """What the changes make of the forecast."""
        return answering.preview(self.shown.task, self.result, self.shown.series, changes)

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
            "changes": [in_words(Change(**one)) for one in row.changes],
        }

    def _when(self, time: str) -> str:
        return wording.moment(time, self.shown.frequency, self.shown.task.version.clock)


def in_words(one: Change) -> str:
    """`temp + 2, steps 1–24`."""
    words = {"column": one.column, "value": wording.figure(abs(one.value))}
    steps = gettext("steps %(first)s to %(last)s") % {"first": one.first, "last": one.last}
    if one.how == "add":
        sign = "−" if one.value < 0 else "+"
        return f"{one.column} {sign}{words['value']}, {steps}"
    if one.how == "scale":
        return f"{one.column} ×{wording.figure(one.value)}, {steps}"
    return f"{one.column} = {wording.figure(one.value)}, {steps}"


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
