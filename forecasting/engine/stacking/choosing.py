"""Which penalty each step takes: the strongest that the folds can hardly tell from the best.

A difference of a few thousandths between penalties is noise of the held-out windows; the stronger
one strays less where the future differs from them (the one-standard-error rule of Breiman et al.
1984 in small).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from forecasting.engine.panel import Floats
from forecasting.engine.ridge import SMOOTHED_STEPS

# Errors this close to the least are taken for equal.
INDIFFERENCE: Final = 0.003


def strongest(ratios: Floats, penalties: Floats) -> tuple[Floats, float]:
    """A penalty for every scored step ``[s]`` and the mean ratio it reaches.

    ``ratios`` ``[P, s]`` are errors relative to repeat-last, ``penalties`` ``[P]`` grow. A step
    never scored takes the choice of the nearest earlier one.
    """
    scored = np.flatnonzero(~np.isnan(ratios).all(axis=0))
    if not len(scored):
        return np.full(ratios.shape[1], 1.0), np.inf
    kept = ratios[:, scored]
    smooth = _smoothed(kept)
    near = smooth <= (1 + INDIFFERENCE) * smooth.min(axis=0)
    best = len(penalties) - 1 - near[::-1].argmax(axis=0)
    nearest = np.maximum(np.searchsorted(scored, np.arange(ratios.shape[1]), side="right") - 1, 0)
    reached = kept[best, np.arange(len(scored))]
    return penalties[best][nearest], float(reached.mean())


def _smoothed(ratios: Floats) -> Floats:
    """The mean with the neighbouring steps."""
    size = SMOOTHED_STEPS
    steps = range(ratios.shape[1])
    parts = [ratios[:, max(0, i - size) : i + size + 1].mean(axis=1) for i in steps]
    return np.stack(parts, axis=1)
