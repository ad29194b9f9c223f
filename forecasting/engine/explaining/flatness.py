"""Whether a forecast is flat, and what the numbers say of why.

A mean forecast is smoother than the series, for what nobody can foresee is left out of it. It is
called flat where its spread over the steps is small beside that of stretches of the past of the
same length.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from forecasting.engine.errors import gettext_noop
from forecasting.engine.explaining import time_words
from forecasting.engine.explaining.choice import Choice
from forecasting.engine.explaining.component_words import (
    WEAK,
    direction_of,
    strongest_cycle,
    without_cycle,
)
from forecasting.engine.explaining.components import Components
from forecasting.engine.explaining.sentence import Sentence
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.missing import fill
from forecasting.engine.panel import Floats

# Beside a past that moves ten times as much a line looks level in a chart.
FLAT: Final = 0.1
# Steps of a forecast that could show any shape.
LEAST_STEPS: Final = 3
MOST_STRETCHES: Final = 200
# A rise over the horizon that is a quarter of the usual spread is missed by a level.
LEAST_RISE: Final = 0.25
ROUNDING: Final = 1e-12
DEMAND: Final = gettext_noop("the smoothed demand per step")
# What the models of a level repeat, whatever the data.
LEVELS: Final = {
    "naive": gettext_noop("the last value"),
    "window_mean": gettext_noop("the mean of the last cycle"),
    "croston_classic": DEMAND,
    "croston_optimized": DEMAND,
    "croston_sba": DEMAND,
    "tsb": DEMAND,
    "adida": DEMAND,
    "imapa": DEMAND,
}
# Forms of ETS and ARIMA without a seasonal part.
NOT_SEASONAL: Final = re.compile(r"ETS\(\w,\w+,N\)|ARIMA\([\d,]+\)(\(0,0,0\)(\[\d+\])?)?")


@dataclass(frozen=True, eq=False)
class Flatness:
    """Of V series: ``spread`` ``[V]`` of the forecast over its steps, ``usual`` ``[V]`` that of a
    typical stretch of the past of the same length, ``level`` ``[V]`` the mean of the forecast.

    ``form`` is what the model chose for all of them, such as ETS(A,N,N), empty where it does not
    choose or they differ.
    """

    model: str
    form: str
    labels: tuple[str, ...]
    steps: int
    spread: Floats
    usual: Floats
    level: Floats

    def is_flat(self, place: int) -> bool:
        """Whether the forecast of a series is level beside its past, which moves."""
        usual = float(self.usual[place])
        return self.steps >= LEAST_STEPS and usual > 0 and self.spread[place] < FLAT * usual


def flatness(model: Forecaster, found: Components) -> Flatness:
    """From the values of the past and the forecast of a model beside each other."""
    count, steps = len(found.labels), found.horizon
    ahead = found.values[:, found.values.shape[1] - steps :]
    forms = list(model.report_.get("structures", ()))
    return Flatness(
        model=model.name,
        form=forms[0] if len(forms) == 1 else "",
        labels=found.labels,
        steps=steps,
        spread=_spread(ahead) if steps else np.zeros(count),
        usual=np.array([_usual(row[: len(row) - steps], steps) for row in found.values]),
        level=ahead.mean(axis=1) if steps else np.full(count, np.nan),
    )


def sentences(
    found: Flatness, parts: Components, place: int = 0, choice: Choice | None = None
) -> list[Sentence]:
    """Nothing where the forecast is not flat. ``choice`` tells whether any other did better."""
    if not found.is_flat(place):
        return []
    said = [
        Sentence.of(
            gettext_noop(
                "The forecast is flat: over its %(steps)s steps it moves by %(spread)s (standard "
                "deviation), stretches of the past of this length by %(usual)s."
            ),
            steps=found.steps,
            spread=float(found.spread[place]),
            usual=float(found.usual[place]),
        )
    ]
    missed = [*_missed_cycle(parts, place), *_missed_rise(found, parts, place)]
    ends = [*missed, _advice(choice)] if missed else without_cycle(parts, place)
    return [*said, *_because(found, place), *ends]


def _because(found: Flatness, place: int) -> list[Sentence]:
    if NOT_SEASONAL.fullmatch(found.form):
        return [
            Sentence.of(
                gettext_noop(
                    "The form %(form)s that the model %(model)s chose has no cycle; its level here "
                    "is %(level)s."
                ),
                form=found.form,
                model=found.model,
                level=float(found.level[place]),
            )
        ]
    if found.model not in LEVELS:
        return []
    return [
        Sentence.of(
            gettext_noop(
                "The model %(model)s repeats a level whatever came before: %(what)s, here "
                "%(level)s."
            ),
            model=found.model,
            what=Sentence.of(LEVELS[found.model]),
            level=float(found.level[place]),
        )
    ]


def _missed_cycle(parts: Components, place: int) -> list[Sentence]:
    best = strongest_cycle(parts, place)
    if best is None or best[0] < WEAK:
        return []
    return [
        Sentence.of(
            gettext_noop(
                "The series has a %(cycle)s (strength %(strength)s of 1) that this forecast does "
                "not follow."
            ),
            cycle=time_words.cycle(parts.frequency, best[1]),
            strength=best[0],
        )
    ]


def _missed_rise(found: Flatness, parts: Components, place: int) -> list[Sentence]:
    """A direction that a level forecast leaves, where it can be seen within the horizon."""
    known = direction_of(parts, place)
    if known is None or not known.is_sure:
        return []
    if abs(known.change) * np.arange(found.steps).std() < LEAST_RISE * found.usual[place]:
        return []
    template = (
        gettext_noop(
            "The series rises by %(change)s a step on average, which this forecast does not follow."
        )
        if known.change > 0
        else gettext_noop(
            "The series falls by %(change)s a step on average, which this forecast does not follow."
        )
    )
    return [Sentence.of(template, change=abs(known.change))]


def _advice(choice: Choice | None) -> Sentence:
    if choice is not None and choice.rank == 1 < choice.models:
        return Sentence.of(
            gettext_noop("At past cutoffs none of the other models did better, though.")
        )
    return Sentence.of(gettext_noop("A model that follows it may do better."))


def _spread(ahead: Floats) -> Floats:
    """Of every forecast ``[V, H]``; what rounding alone makes of a level is none."""
    spread = ahead.std(axis=1)
    return np.where(spread > ROUNDING * np.abs(ahead).max(axis=1), spread, 0.0)


def _usual(column: Floats, steps: int) -> float:
    """The median spread over stretches of ``steps`` rows; 0 where the past is shorter."""
    seen = np.flatnonzero(~np.isnan(column))
    if not steps or not len(seen) or len(column) - seen[0] < steps:
        return 0.0
    stretches = sliding_window_view(fill(column[seen[0] :]), steps)
    chosen = stretches[:: max(1, len(stretches) // MOST_STRETCHES)]
    return float(np.median(chosen.std(axis=1)))
