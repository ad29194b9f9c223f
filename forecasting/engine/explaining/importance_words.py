"""Which inputs drive a forecast, in words, and which make no difference."""

from __future__ import annotations

from typing import Final

from forecasting.engine.errors import gettext_noop
from forecasting.engine.explaining import count_words
from forecasting.engine.explaining.importance import Importance
from forecasting.engine.explaining.sentence import Sentence
from forecasting.engine.explaining.shuffling import HISTORY

# A driver that nobody would miss by a hundredth of the error drives nothing.
LEAST_PERCENT: Final = 1.0
MOST_DRIVERS: Final = 3
METRIC_WORDS: Final = {
    "mae": gettext_noop("mean absolute error"),
    "mse": gettext_noop("mean squared error"),
    "mase": gettext_noop("scaled error"),
}


def sentences(found: Importance) -> list[Sentence]:
    """The drivers, then the covariates that are none, then how far to trust this."""
    drivers = [b for b in found.ranking() if _drives(found, b)]
    said = [_driver(found, b) for b in drivers[:MOST_DRIVERS]]
    said += [_idle(found, b) for b in found.ranking() if _is_idle(found, b)]
    if said and found.in_sample:
        said.append(
            Sentence.of(
                gettext_noop(
                    "The model had already learned from these cutoffs, which flatters it; the "
                    "order of the inputs is surer than the numbers."
                ),
            )
        )
    return said


def _drives(found: Importance, place: int) -> bool:
    return bool(found.significant[place]) and float(found.percent[place]) >= LEAST_PERCENT


def _is_idle(found: Importance, place: int) -> bool:
    """Whether a covariate was put to the test and failed it, or changes nothing at all."""
    if found.kinds[place] == HISTORY or found.significant[place]:
        return False
    return bool(found.p_values[place] >= 0 or found.increase[place] == 0)


def _driver(found: Importance, place: int) -> Sentence:
    return Sentence.of(
        gettext_noop(
            "Shuffling %(name)s makes the %(metric)s grow by %(percent)s%%, from %(base)s to "
            "%(grown)s (%(cutoffs)s)."
        ),
        name=found.names[place],
        metric=Sentence.of(METRIC_WORDS[found.metric]),
        percent=float(found.percent[place]),
        base=found.base,
        grown=found.base + float(found.increase[place]),
        cutoffs=count_words.cutoffs(found.windows),
    )


def _idle(found: Importance, place: int) -> Sentence:
    if found.increase[place] == 0:
        return Sentence.of(
            gettext_noop("Shuffling %(name)s changes nothing: it is not used."),
            name=found.names[place],
        )
    return Sentence.of(
        gettext_noop(
            "Shuffling %(name)s changes the %(metric)s by %(percent)s%%, which may be luck (%(p)s)."
        ),
        name=found.names[place],
        metric=Sentence.of(METRIC_WORDS[found.metric]),
        percent=float(found.percent[place]),
        p=count_words.chance(found.p_values[place]),
    )
