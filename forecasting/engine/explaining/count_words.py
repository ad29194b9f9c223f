"""Counts and chances as people read them: "1 past cutoff", "8 past cutoffs", "p < 0.001"."""

from __future__ import annotations

from typing import Final

from forecasting.engine.errors import gettext_noop
from forecasting.engine.explaining.sentence import Sentence

# A dozen cutoffs cannot tell one in ten thousand from one in a million.
LEAST_CHANCE: Final = 0.001


def cutoffs(count: int) -> Sentence:
    """``1 past cutoff``, ``8 past cutoffs``."""
    if count == 1:
        return Sentence.of(gettext_noop("1 past cutoff"))
    return Sentence.of(gettext_noop("%(count)s past cutoffs"), count=count)


def chance(p: float) -> Sentence:
    """``p = 0.0465``, ``p < 0.001``."""
    if p < LEAST_CHANCE:
        return Sentence.of(gettext_noop("p < 0.001"))
    return Sentence.of(gettext_noop("p = %(p)s"), p=float(p))
