"""What the parts of a series say in words, where their numbers are large enough to say it."""

from __future__ import annotations

from typing import Final

import numpy as np

from forecasting.engine.errors import gettext_noop
from forecasting.engine.explaining.calendar_parts import CALENDAR, HOLIDAY
from forecasting.engine.explaining.components import Components
from forecasting.engine.explaining.sentence import Sentence
from forecasting.engine.explaining.splitting import COVARIATE, REST, SEASON, TREND

# Above 0.64 a cycle is so strong that seasonal differences pay off (Wang, Smith, Hyndman 2006).
STRONG: Final = 0.64
# Below 0.3 even white noise of a dozen turns may pass for a cycle.
WEAK: Final = 0.3
# A twentieth of the variation can be seen in a chart; less cannot.
LEAST_SHARE: Final = 0.05
# Where less than a half is explained, the rest is the larger part.
HALF: Final = 0.5
CALENDAR_WORDS: Final = {
    HOLIDAY: gettext_noop("Holidays explain %(share)s%% of the variation."),
    CALENDAR: gettext_noop("Other dates of the calendar explain %(share)s%% of the variation."),
}


def sentences(found: Components, place: int = 0) -> list[Sentence]:
    """Of the series at a place, the part that explains most first."""
    share, strength = found.share[place], found.strength[place]
    if np.isnan(strength[0]) or not share.any():
        return []
    said = []
    for part in np.argsort(-share):
        kind = found.kinds[part]
        if kind == REST or share[part] < LEAST_SHARE:
            continue
        if kind not in (SEASON, TREND) or strength[part] >= WEAK:
            said.append(_sentence(found, int(part), float(share[part]), float(strength[part])))
    return [*said, *_without_cycle(found, place), *_mostly_rest(float(share[-1]))]


def strongest_cycle(found: Components, place: int = 0) -> tuple[float, int] | None:
    """Strength and length of the strongest cycle of a series, None where there is none."""
    strengths = found.strength[place, found.of_kind(SEASON)]
    pairs = zip(strengths, found.seasons, strict=True)
    return max(((float(s), m) for s, m in pairs if m in found.cycles(place)), default=None)


def _sentence(found: Components, part: int, share: float, strength: float) -> Sentence:
    kind, details = found.kinds[part], {"share": 100 * share, "strength": strength}
    if kind == TREND:
        return Sentence.of(
            gettext_noop(
                "The trend explains %(share)s%% of the variation (strength %(strength)s of 1)."
            ),
            **details,
        )
    if kind in CALENDAR_WORDS:
        return Sentence.of(CALENDAR_WORDS[kind], share=100 * share)
    if kind == COVARIATE:
        return Sentence.of(
            gettext_noop("The covariate %(name)s explains %(share)s%% of the variation."),
            name=found.names[part],
            share=100 * share,
        )
    template = (
        gettext_noop(
            "A strong %(name)s explains %(share)s%% of the variation (strength %(strength)s of 1)."
        )
        if strength >= STRONG
        else gettext_noop(
            "A %(name)s explains %(share)s%% of the variation (strength %(strength)s of 1)."
        )
    )
    return Sentence.of(template, name=found.names[part], **details)


def _without_cycle(found: Components, place: int) -> list[Sentence]:
    best = strongest_cycle(found, place)
    if best is None:
        return [Sentence.of(gettext_noop("No cycle that repeats itself was found in the series."))]
    if best[0] >= WEAK:
        return []
    return [
        Sentence.of(
            gettext_noop(
                "The cycles are weak: the strongest reaches a strength of %(strength)s of 1."
            ),
            strength=best[0],
        )
    ]


def _mostly_rest(share: float) -> list[Sentence]:
    if share < HALF:
        return []
    return [
        Sentence.of(
            gettext_noop(
                "%(share)s%% of the variation follows neither trend nor cycle nor covariate."
            ),
            share=100 * share,
        )
    ]
