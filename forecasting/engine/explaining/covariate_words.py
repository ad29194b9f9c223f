"""What the covariates do to a forecast, in words."""

from __future__ import annotations

from typing import Final

import numpy as np

from forecasting.engine.errors import gettext_noop
from forecasting.engine.explaining.calendar_parts import is_wave
from forecasting.engine.explaining.covariate_effects import CovariateEffects
from forecasting.engine.explaining.sentence import Sentence

# A fiftieth of the spread of the series is less than the line of a chart is wide.
LEAST_MOVE: Final = 0.02
# What is left of nothing by rounding.
NOTHING: Final = 1e-6
# A kind of day moves the forecast by what it does on such a day; on none of the steps by far less.
ON: Final = 0.5
DAYS: Final = {
    "holiday": gettext_noop("holidays"),
    "day_before_holiday": gettext_noop("days before a holiday"),
    "day_after_holiday": gettext_noop("days after a holiday"),
    "weekend": gettext_noop("weekends"),
    "month_start": gettext_noop("the first day of a month"),
    "month_end": gettext_noop("the last day of a month"),
}


def sentences(found: CovariateEffects, place: int = 0) -> list[Sentence]:
    """Of one series, the covariate that moves it most first; nothing of waves of the calendar."""
    sizes = np.abs(found.moved[place]).max(axis=1)
    said = []
    for k in np.argsort(-sizes, kind="stable"):
        if is_wave(found.names[k]):
            continue
        if found.names[k] in DAYS:
            said += _on_days(found, place, int(k), float(sizes[k]))
        elif sizes[k] < LEAST_MOVE * found.sizes[place] or sizes[k] == 0:
            said.append(_hardly(found, place, int(k), float(sizes[k])))
        else:
            said += [_moved(found, place, int(k)), *_per_unit(found, place, int(k))]
    return said


def _hardly(found: CovariateEffects, place: int, k: int, size: float) -> Sentence:
    if size <= NOTHING * found.sizes[place]:
        return Sentence.of(
            gettext_noop("%(name)s does not move this forecast."), name=found.names[k]
        )
    return Sentence.of(
        gettext_noop("%(name)s hardly moves this forecast: by %(most)s at most."),
        name=found.names[k],
        most=size,
    )


def _on_days(found: CovariateEffects, place: int, k: int, size: float) -> list[Sentence]:
    """What a kind of day does, where one of the steps is such a day; nobody asked for the rest."""
    change = float(found.per_unit[place, k])
    if size < max(LEAST_MOVE * found.sizes[place], ON * abs(change)) or change == 0:
        return []
    template = (
        gettext_noop("On %(days)s the forecast is higher by %(change)s than it would be otherwise.")
        if change > 0
        else gettext_noop(
            "On %(days)s the forecast is lower by %(change)s than it would be otherwise."
        )
    )
    return [Sentence.of(template, days=Sentence.of(DAYS[found.names[k]]), change=abs(change))]


def _moved(found: CovariateEffects, place: int, k: int) -> Sentence:
    moved = found.moved[place, k]
    return Sentence.of(
        gettext_noop(
            "%(name)s moves this forecast by %(mean)s on average and between %(low)s and %(high)s, "
            "compared with its usual value of %(usual)s."
        ),
        name=found.names[k],
        mean=float(moved.mean()),
        low=float(moved.min()),
        high=float(moved.max()),
        usual=float(found.usual[place, k]),
    )


def _per_unit(found: CovariateEffects, place: int, k: int) -> list[Sentence]:
    change = float(found.per_unit[place, k])
    if change == 0:
        return []
    template = (
        gettext_noop("One unit more of %(name)s makes the forecast higher by %(change)s.")
        if change > 0
        else gettext_noop("One unit more of %(name)s makes the forecast lower by %(change)s.")
    )
    return [Sentence.of(template, name=found.names[k], change=abs(change))]
