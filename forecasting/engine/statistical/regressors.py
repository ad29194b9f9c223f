"""Which covariates a regression can tell apart, and the scale they enter it on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from forecasting.engine.panel import Floats

# A column counts when this share of its changes is not explained by the columns before it.
LEAST_SHARE: Final = 1e-6
# Rows of a series for every covariate that is learned from it.
ROWS_PER_COLUMN: Final = 10


@dataclass(frozen=True, eq=False)
class Regressors:
    """The ``columns`` that are used of covariates, less ``centre`` and divided by ``scale``."""

    columns: tuple[int, ...]
    centre: Floats
    scale: Floats

    @staticmethod
    def of(x: Floats, season: int) -> Regressors:
        """Chosen from ``x`` ``[T, K]`` by pivoted QR of its changes over one season.

        What repeats every season, moves along a straight line or is a sum of others is left out:
        differences of the series take it away, and no weight could be found for it.
        """
        from scipy.linalg import qr  # noqa: PLC0415 -- heavy, only a fit needs it

        lag = season if len(x) > 2 * season else 1
        changes = x[lag:] - x[:-lag]
        changes = changes - changes.mean(axis=0)
        size, spread = np.sqrt((changes**2).mean(axis=0)), x.std(axis=0)
        moving = np.flatnonzero(size > LEAST_SHARE * np.maximum(spread, 1e-300))
        moving = moving[spread[moving] > 0]
        if not len(moving):
            return Regressors((), np.empty(0), np.empty(0))
        _, triangle, order = qr(changes[:, moving] / size[moving], mode="economic", pivoting=True)
        weight = np.abs(np.diag(triangle))
        most = max(len(x) // ROWS_PER_COLUMN, 1)
        kept = np.sort(moving[order[: len(weight)][weight > LEAST_SHARE * weight[0]][:most]])
        return Regressors(
            tuple(int(column) for column in kept), x[:, kept].mean(axis=0), x[:, kept].std(axis=0)
        )

    def apply(self, x: Floats) -> Floats:
        """The used columns of ``x`` on their scale."""
        found: Floats = (x[:, list(self.columns)] - self.centre) / self.scale
        return found

    def facts(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "columns": list(self.columns),
            "centre": self.centre.tolist(),
            "scale": self.scale.tolist(),
        }

    @staticmethod
    def restored(facts: dict[str, Any]) -> Regressors:
        """What ``facts`` gave."""
        return Regressors(
            tuple(facts["columns"]), np.array(facts["centre"]), np.array(facts["scale"])
        )
