"""Windows kept back from fitting, to choose and to measure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.gram import anchor_weights
from forecasting.engine.intervals import volatility
from forecasting.engine.missing import Scaled
from forecasting.engine.panel import Floats
from forecasting.engine.windows import inputs, strided_origins, targets

SCORED_ROWS: Final = 1_500


@dataclass(frozen=True, eq=False)
class Held:
    """Held-out windows: inputs ``[n, L]``, targets ``[n, len(steps)]`` with NaN where unknown, and
    for each row its variate and its origin."""

    inputs: Floats
    targets: Floats
    variates: NDArray[np.int64]
    origins: NDArray[np.int64]

    @staticmethod
    def between(
        scaled: Scaled,
        bounds: tuple[NDArray[np.int64], NDArray[np.int64]],
        lookback: int,
        steps: NDArray[np.int64],
        group: int = 1,
    ) -> Held:
        """At most some 1,500 windows with origins in ``[bounds[0][v], bounds[1][v])``.

        Variates are taken or left out in groups of ``group`` neighbours.
        """
        count = len(scaled.columns)
        most = max(1, SCORED_ROWS // count)
        every = max(1, count // SCORED_ROWS)
        xs, ys, variates, places = [], [], [], []
        for v in (v for v in range(count) if v // group % every == 0):
            first, end = max(1, int(bounds[0][v])), int(bounds[1][v])
            origins = strided_origins(first, end, most)
            if len(origins):
                xs.append(inputs(scaled.columns[v], origins, lookback))
                ys.append(targets(scaled.columns[v], scaled.observed[v], origins, steps, end))
                variates.append(np.full(len(origins), v))
                places.append(origins)
        return Held(*(np.concatenate(part) for part in (xs, ys, variates, places)))

    def anchored(self, anchor: str) -> tuple[Floats, Floats, Floats]:
        """Inputs and targets less the anchor, and the anchor ``[n, 1]``."""
        level = (self.inputs @ anchor_weights(anchor, self.inputs.shape[1]))[:, None]
        return self.inputs - level, self.targets - level, level

    def scores(self, scaled: Scaled, forecasts: Floats) -> list[Floats]:
        """Absolute errors over volatility, ``[n_v, len(steps)]`` for every variate (maybe none)."""
        gaps = np.abs(self.targets - forecasts)
        nothing = np.zeros((0, gaps.shape[1]))
        scores = [nothing] * len(scaled.columns)
        for v in np.unique(self.variates):
            rows = self.variates == v
            scale = volatility(scaled.columns[v], self.origins[rows])
            scores[v] = gaps[rows] / scale[:, None]
        return scores
