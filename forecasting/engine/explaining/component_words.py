"""What the parts of a series say in words, where their numbers are large enough to say it."""

from __future__ import annotations

from typing import Final

import numpy as np

from forecasting.engine.errors import gettext_noop
from forecasting.engine.explaining import time_words
from forecasting.engine.explaining.calendar_parts import CALENDAR, HOLIDAY
from forecasting.engine.explaining.components import Components
from forecasting.engine.explaining.direction import Direction, direction
from forecasting.engine.explaining.sentence import Sentence
from forecasting.engine.explaining.splitting import COVARIATE, REST, SEASON, TREND
from forecasting.engine.seasons import LEAST_SEASONS

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
    said, going = [], direction_of(found, place)
    for part in np.argsort(-share):
        kind = found.kinds[part]
        if kind == REST or share[part] < LEAST_SHARE:
            continue
        if kind not in (SEASON, TREND) or strength[part] >= WEAK:
            numbers = {"share": 100 * float(share[part]), "strength": float(strength[part])}
            said.append(_sentence(found, int(part), numbers, going))
    return [*said, *without_cycle(found, place), *_mostly_rest(found, float(share[-1]))]


def direction_of(found: Components, place: int) -> Direction | None:
    """Where a series goes without its cycles and covariates; None of a few rows."""
    kept = np.isin(found.kinds, (TREND, REST))
    return direction(found.past[place, kept].sum(axis=0))


def strongest_cycle(found: Components, place: int = 0) -> tuple[float, int] | None:
    """Strength and length of the strongest cycle of a series, None where there is none."""
    strengths = found.strength[place, found.of_kind(SEASON)]
    pairs = zip(strengths, found.seasons, strict=True)
    return max(((float(s), m) for s, m in pairs if m in found.cycles(place)), default=None)


def _sentence(
    found: Components, part: int, numbers: dict[str, float], going: Direction | None
) -> Sentence:
    kind, share, strength = found.kinds[part], numbers["share"], numbers["strength"]
    if kind == TREND:
        template = (
            gettext_noop(
                "The trend explains %(share)s%% of the variation (strength %(strength)s of 1)."
            )
            if going is None or going.is_sure
            else gettext_noop(
                "The trend explains %(share)s%% of the variation (strength %(strength)s of 1); no "
                "lasting direction is seen in it."
            )
        )
        return Sentence.of(template, **numbers)
    if kind in CALENDAR_WORDS:
        return Sentence.of(CALENDAR_WORDS[kind], share=share)
    if kind == COVARIATE:
        return Sentence.of(
            gettext_noop("The covariate %(name)s explains %(share)s%% of the variation."),
            name=found.names[part],
            share=share,
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
    return Sentence.of(template, name=found.names[part], **numbers)


def without_cycle(found: Components, place: int) -> list[Sentence]:
    """What was looked for in vain, or how weak it is; nothing of a series with a cycle."""
    best = strongest_cycle(found, place)
    if best is None:
        return [_looked_for(found, place)]
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


def _looked_for(found: Components, place: int) -> Sentence:
    """Only the usual cycles are looked for, and only in a series that holds some turns of them."""
    rows = int((~np.isnan(found.past[place, 0])).sum())
    usual = [m for m in found.frequency.season_lengths if m > 1]
    tried = [m for m in sorted(usual) if rows >= LEAST_SEASONS * m]
    if not usual:
        return Sentence.of(gettext_noop("Series of this frequency have no usual cycle."))
    names = tuple(time_words.cycle(found.frequency, m) for m in tried or sorted(usual)[:1])
    if tried:
        return Sentence.of(
            gettext_noop(
                "Of the usual cycles (%(cycles)s) none repeats itself clearly in this series."
            ),
            cycles=names,
        )
    return Sentence.of(
        gettext_noop(
            "The series is too short to look for its usual cycle (%(cycles)s): that takes "
            "%(turns)s turns."
        ),
        cycles=names,
        turns=LEAST_SEASONS,
    )


def _mostly_rest(found: Components, share: float) -> list[Sentence]:
    if share < HALF:
        return []
    known = {COVARIATE, HOLIDAY, CALENDAR} & set(found.kinds)
    template = (
        gettext_noop(
            "%(share)s%% of the variation is left unexplained by the trend, the usual cycles and "
            "the covariates."
        )
        if known
        else gettext_noop(
            "%(share)s%% of the variation is left unexplained by the trend and the usual cycles."
        )
    )
    return [Sentence.of(template, share=100 * share)]
