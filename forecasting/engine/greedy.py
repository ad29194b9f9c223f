"""Greedy ensemble selection with replacement.

Start with nothing; again and again add the model that makes the mean of all picks best; keep the
best of the ensembles on the way. A model picked three times has three shares. Caruana,
Niculescu-Mizil, Crew, Ksikes 2004, "Ensemble selection from libraries of models" (ICML).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from forecasting.engine.averaging import Floats
from forecasting.engine.point_metrics import mae

MOST_PICKS: Final = 12
Loss = Callable[[Floats, Floats], Any]


def greedy(actual: Floats, forecasts: Floats, loss: Loss = mae, picks: int = MOST_PICKS) -> Floats:
    """Weights ``[M]`` of out-of-fold forecasts ``[M, ...]`` of the actual values ``[...]``.

    They are multiples of one over the number of picks used, at most ``picks``, and sum to 1. Of two
    equally good models the first is picked; where ``loss`` gives no number the weights are equal.
    """
    models = len(forecasts)
    total, counts = np.zeros_like(forecasts[0]), np.zeros(models)
    least, kept = np.inf, np.ones(models)
    for pick in range(1, picks + 1):
        losses = np.array([float(loss(actual, (total + f) / pick)) for f in forecasts])
        losses = np.where(np.isnan(losses), np.inf, losses)
        chosen = int(losses.argmin())
        total = total + forecasts[chosen]
        counts[chosen] += 1
        if losses[chosen] < least:
            least, kept = float(losses[chosen]), counts.copy()
    weights: Floats = kept / kept.sum()
    return weights
