"""What of a forecast a what-if may change: sliders, columns and their times."""

from __future__ import annotations

from functools import cached_property
from typing import Final

import numpy as np
from django.http import QueryDict

from forecasting.engine.covariate_blocks import known_names, past_names
from forecasting.engine.panel import Panel
from forecasting.engine.registry import model_type
from forecasting.models import PredictionResult
from forecasting.scenarios import answering, changes, forms, reaching
from forecasting.scenarios.changes import Change
from forecasting.scenarios.forms import Slider
from forecasting.scenarios.moments import Moments
from forecasting.scenarios.reaching import Reach
from forecasting.shown import ShownForecast
from forecasting.views.fetching import require_answer

MOST_SLIDERS: Final = 6
NOTCHES: Final = 100


class ShownFields:
    """Of one series by one model."""

    def __init__(self, shown: ShownForecast) -> None:
        self.shown = shown
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
    def reached(self) -> list[Reach]:
        """How far known covariates reach; [] where the model hears none."""
        panel = self.panel
        if panel is None or not self.target or not self.hears:
            return []
        place = panel.labels.index(self.shown.series) // len(panel.channels)
        return reaching.of_panel(panel, place, self.chosen, self.shown.task.horizon)

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
        return reaching.chosen(self.shown.task)

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


def _round(span: float) -> float:
    """A round number near it, so that the slider has round notches."""
    power = 10.0 ** np.floor(np.log10(span))
    return float(np.ceil(span / power) * power)
