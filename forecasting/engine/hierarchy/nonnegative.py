"""The coherent forecast nearest to the base forecasts among those without a negative number.

A quadratic problem whose answer holds some bottom series at zero. Block principal pivoting guesses
which, solves for the others, and exchanges all that are wrong at once: negative ones are held,
held ones that want to rise are freed (Portugal, Júdice and Vicente 1994; Wickramasuriya, Turlach
and Hyndman 2020). When the wrong ones do not become fewer for three rounds, only the last is
exchanged, which ends for certain. A handful of rounds is the rule, so this takes seconds where
general solvers take hours.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.errors import gettext_noop
from forecasting.engine.hierarchy.covariance import Covariance
from forecasting.engine.hierarchy.projection import Projection
from forecasting.engine.hierarchy.structure import Hierarchy
from forecasting.engine.panel import Floats
from forecasting.engine.watch import Watch

PATIENCE: Final = 3
MOST_ROUNDS: Final = 500
# What counts as zero, as a share of the largest number.
TOLERANCE: Final = 1e-11


def nonnegative_bottom(
    hierarchy: Hierarchy, covariance: Covariance, base: Floats, watch: Watch | None = None
) -> Floats:
    """Reconciled bottom series ``[b, k]``, all at least zero, from base forecasts ``[n, k]``."""
    watch = watch or Watch()
    everything = Projection(hierarchy, covariance)
    bottom = everything.bottom(base)
    columns = np.flatnonzero((bottom < 0).any(axis=0))
    held: NDArray[np.bool_] | None = None
    for done, column in enumerate(columns):
        watch.report(done / len(columns), gettext_noop("Keeping the forecasts above zero"))
        start = bottom[:, column] < 0
        search = _Search(hierarchy, covariance, base[:, column : column + 1], watch)
        # Neighbouring steps hold much the same series at zero.
        held = search.run(start if held is None else held)
        bottom[:, column] = search.bottom
    return np.maximum(bottom, 0.0)


class _Search:
    """Which bottom series of one column are held at zero."""

    def __init__(
        self, hierarchy: Hierarchy, covariance: Covariance, base: Floats, watch: Watch
    ) -> None:
        self.hierarchy, self.covariance, self.base, self.watch = hierarchy, covariance, base, watch
        self.bottom: Floats = np.empty(0)
        self.least = TOLERANCE * float(np.abs(base).max())
        self.variance = covariance.own[hierarchy.totals :]

    def run(self, held: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """The set that is right; ``bottom`` is then the answer."""
        fewest, patience = len(held) + 1, PATIENCE
        for _ in range(MOST_ROUNDS):
            self.watch.check()
            wrong = self._wrong(held)
            count = int(wrong.sum())
            if not count:
                break
            if count < fewest:
                fewest, patience = count, PATIENCE
            elif patience:
                patience -= 1
            else:
                last = int(np.flatnonzero(wrong)[-1])
                wrong = np.arange(len(held)) == last
            held = held ^ wrong
        return held

    def _wrong(self, held: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Free series below zero and held ones that want to rise."""
        projection = Projection(self.hierarchy, self.covariance, ~held)
        bottom, pressure = projection.bottom_and_pressure(self.base)
        self.bottom = bottom[:, 0]
        rising = pressure[:, 0] * self.variance > self.least
        wrong: NDArray[np.bool_] = (self.bottom < -self.least) | (held & rising)
        return wrong
