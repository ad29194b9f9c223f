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


def sentences(found: CovariateEffects, place: int = 0) -> list[Sentence]:
    """Of one series, the covariate that moves it most first; nothing of waves of the calendar."""
    sizes = np.abs(found.moved[place]).max(axis=1)
    said = []
    for k in np.argsort(-sizes, kind="stable"):
        if is_wave(found.names[k]):
            continue
        if sizes[k] < LEAST_MOVE * found.sizes[place] or sizes[k] == 0:
            said.append(
                Sentence.of(
                    gettext_noop("%(name)s hardly moves this forecast: by %(most)s at most."),
                    name=found.names[k],
                    most=float(sizes[k]),
                )
            )
        else:
            said += [_moved(found, place, int(k)), *_per_unit(found, place, int(k))]
    return said


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
