"""Quantiles a model has learned, recalibrated on rows it has not seen.

Conformalised quantile regression (Romano, Patterson and Candès 2019): with the score
max(lower - y, y - upper) of n held-out rows, both ends move outwards by the ceil(p (n + 1))-th
smallest score (inwards where it is negative).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.blocks import block_ends, block_of
from forecasting.engine.intervals import PROBABILITIES, Conformal, check_levels, no_shift
from forecasting.engine.panel import Floats, Panel

# Models learn these; quantiles between them are interpolated on the normal scale.
QUANTILES: Final = (0.025, 0.1, 0.5, 0.9, 0.975)
MEDIAN: Final = QUANTILES.index(0.5)


def native(quantiles: Floats, probability: float) -> tuple[Floats, Floats]:
    """Ends of the central interval of ``probability`` from learned quantiles ``[Q, ...]``."""
    scale = np.array([NormalDist().inv_cdf(q) for q in QUANTILES])
    reach = NormalDist().inv_cdf((1 + probability) / 2)
    return _at(quantiles, scale, -reach), _at(quantiles, scale, reach)


def _at(quantiles: Floats, scale: Floats, place: float) -> Floats:
    """Linear between two learned quantiles, and beyond the outer ones."""
    right = int(np.clip(np.searchsorted(scale, place), 1, len(scale) - 1))
    share = (place - scale[right - 1]) / (scale[right] - scale[right - 1])
    found: Floats = quantiles[right - 1] * (1 - share) + quantiles[right] * share
    return found


@dataclass(frozen=True, eq=False)
class Recalibration:
    """``table`` ``[K, B]``: by how much both ends move out, for the K probabilities and B blocks
    of steps, in the scale that was learned."""

    table: Floats
    horizon: int

    @staticmethod
    def fit(
        quantiles: Floats, actual: Floats, steps: NDArray[np.int64], horizon: int
    ) -> Recalibration:
        """From quantiles ``[Q, n, k]`` and outcomes ``[n, k]`` (NaN unknown) at ``steps`` ``[k]``.

        A block without a known outcome takes the correction of the one before.
        """
        blocks = block_of(steps, block_ends(horizon))
        table = np.zeros((len(PROBABILITIES), len(block_ends(horizon))))
        for place, probability in enumerate(PROBABILITIES):
            low, high = native(quantiles, float(probability))
            scores = np.maximum(low - actual, actual - high)
            for block in range(table.shape[1]):
                some = scores[:, blocks == block]
                seen = np.sort(some[~np.isnan(some)])
                earlier = table[place, block - 1] if block else 0.0
                table[place, block] = _ranked(seen, float(probability)) if len(seen) else earlier
        return Recalibration(table, horizon)

    def bands(self, quantiles: Floats, scale: Floats, level: float) -> tuple[Floats, Floats]:
        """Ends ``[S, H, C]`` of the interval of ``level`` percent from quantiles ``[Q, S, H, C]``.

        ``scale`` ``[S, 1, C]`` is the unit of what was learned.
        """
        place = int(np.searchsorted(PROBABILITIES, round(level / 100, 6)))
        place = min(place, len(PROBABILITIES) - 1)
        low, high = native(quantiles, level / 100)
        blocks = block_of(np.arange(low.shape[1]), block_ends(self.horizon))
        out = self.table[place, blocks][:, None] * scale
        return low - out, high + out


def recalibrated(
    learned: tuple[Conformal, Recalibration],
    panel: Panel,
    mean: Floats,
    quantiles: Floats,
    levels: Sequence[float],
) -> tuple[dict[float, Floats], dict[float, Floats]]:
    """Lower and upper ends ``[S, H, C]`` around ``mean`` from quantiles ``[Q, S, H, C]``.

    They are widened by what the outcomes since the fit have taught the intervals (online.py).
    """
    check_levels(levels)
    intervals, recalibration = learned
    _, spread = intervals.moments(panel)
    scale = spread.reshape(len(panel), 1, -1)
    now = intervals.half_widths(levels, panel, mean.shape[1])
    at_rest = replace(intervals, shift=no_shift(len(intervals.mean), intervals.table.shape[2]))
    first = at_rest.half_widths(levels, panel, mean.shape[1])
    found = {}
    for level in levels:
        low, high = recalibration.bands(quantiles, scale, level)
        known = first[level] > 0
        factor = np.where(known, now[level], 1.0) / np.where(known, first[level], 1.0)
        found[level] = mean - (mean - low) * factor, mean + (high - mean) * factor
    return nested(found, mean)


def nested(
    bands: Mapping[float, tuple[Floats, Floats]], mean: Floats
) -> tuple[dict[float, Floats], dict[float, Floats]]:
    """Lower and upper ends by level, none inside those of a narrower level or of the mean."""
    lower, upper = {}, {}
    low = high = mean
    for level in sorted(bands):
        low, high = np.minimum(low, bands[level][0]), np.maximum(high, bands[level][1])
        lower[level], upper[level] = low, high
    return lower, upper


def _ranked(ordered: Floats, probability: float) -> float:
    rank = int(np.ceil(probability * (len(ordered) + 1) - 1e-9))
    return float(ordered[min(max(rank, 1), len(ordered)) - 1])
