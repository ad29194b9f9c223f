"""Intervals of a forecast whose inputs are uncertain: a mixture over what the inputs may be.

For every possible future of the covariates the target is spread as the model says it is when they
are known; taken together, with equal weights, that is its spread when they are not (the law of
total probability).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from forecasting.engine.forecast import Forecast
from forecasting.engine.panel import Floats

POINTS: Final = 100
# Middle points of equally likely slices of the distribution around a forecast.
PROBABILITIES: Final = (np.arange(POINTS) + 0.5) / POINTS
LEVELS: Final = tuple(float(p) for p in np.round(100 * np.abs(2 * PROBABILITIES - 1), 6)[::-1][:50])


def offsets(forecast: Forecast) -> Floats:
    """Quantiles of the error around the mean ``[K, S, H, C]`` from intervals at ``LEVELS``."""
    low = [forecast.lower[level] - forecast.mean for level in LEVELS]
    high = [forecast.upper[level] - forecast.mean for level in reversed(LEVELS)]
    return np.stack([*low, *high])


def mixed(
    means: Floats, around: Floats, levels: Sequence[float]
) -> tuple[dict[float, Floats], dict[float, Floats]]:
    """Lower and upper ends ``[S, H, C]`` by level of a mixture with ``means`` ``[N, S, H, C]``."""
    wanted = np.array([(100 + sign * level) / 200 for level in levels for sign in (-1, 1)])
    ends = np.empty((len(wanted), *means.shape[1:]))
    for s in range(means.shape[1]):
        points = (means[:, None, s] + around[None, :, s]).reshape(-1, *means.shape[2:])
        ends[:, s] = np.quantile(points, wanted, axis=0)
    pairs = {level: (ends[2 * i], ends[2 * i + 1]) for i, level in enumerate(levels)}
    middle = means.mean(axis=0)
    return (
        {level: np.minimum(low, middle) for level, (low, _) in pairs.items()},
        {level: np.maximum(high, middle) for level, (_, high) in pairs.items()},
    )
