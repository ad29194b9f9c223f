"""What known-future covariates do to a series, taken out before and put back after.

The effect is a ridge regression of changes on changes, one season apart where there is a season:
levels that merely drift together would pass for cause and effect (spurious regression, Granger and
Newbold 1974). Everything stays closed-form, so a future covariate moves the forecast by its weight.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.covariate_matching import matched
from forecasting.engine.panel import Floats, Panel

RIDGE: Final = 1e-3


@dataclass(frozen=True, eq=False)
class Effects:
    """``weights`` ``[V, K]`` in the unit of the data per unit of the covariate ``names``."""

    names: tuple[str, ...]
    weights: Floats

    @staticmethod
    def of(panel: Panel, columns: Sequence[Floats], lag: int) -> Effects:
        """Learn from gapless ``columns`` ``[T_v]``, which may end before the panel does."""
        assert panel.known is not None
        channels = len(panel.channels)
        weights = [
            _ridge(panel.known.at(v // channels)[: len(column)], column, lag)
            for v, column in enumerate(columns)
        ]
        return Effects(panel.known.names, np.stack(weights))

    def on(self, panel: Panel, variates: NDArray[np.int64], horizon: int) -> list[Floats]:
        """The effect along every variate, ``[T + horizon]`` each; unknown ones take the mean.

        Raises SettingsError without the covariates, TooShortError when they end too early.
        """
        panel = matched(panel, self.names)
        assert panel.known is not None
        channels, found = len(panel.channels), []
        for place, variate in enumerate(variates):
            series = place // channels
            rows = int(panel.lengths[series])
            if horizon:
                panel.known.future(series, rows, horizon, panel.ids[series])
            weights = self.weights.mean(axis=0) if variate < 0 else self.weights[variate]
            found.append(panel.known.at(series)[: rows + horizon] @ weights)
        return found


def _ridge(covariates: Floats, column: Floats, lag: int) -> Floats:
    """Weights ``[K]`` of changes over ``lag`` steps; zero for a covariate that never changes."""
    step = lag if len(column) > 2 * lag else 1
    x, y = covariates[step:] - covariates[:-step], column[step:] - column[:-step]
    x, y = x - x.mean(axis=0), y - y.mean()
    size = np.sqrt(np.mean(x * x, axis=0))
    moving = size > 1e-12
    weights = np.zeros(covariates.shape[1])
    if moving.any():
        unit = x[:, moving] / size[moving]
        gram = unit.T @ unit / len(unit) + RIDGE * np.eye(int(moving.sum()))
        weights[moving] = np.linalg.solve(gram, unit.T @ y / len(unit)) / size[moving]
    return weights
