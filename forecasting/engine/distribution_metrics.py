"""How well quantiles, intervals and samples described what came.

Every function averages over ``axis`` of the actual array (all by default), skips places where the
actual value is missing and gives NaN where nothing is left. Quantiles are ``[Q, ...]`` and samples
``[n, ...]`` with the shape of the actual array after the first axis.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from forecasting.engine.averaging import Axes, Floats, mean, positive


def pinball(actual: Floats, quantile: Floats, probability: float, axis: Axes = None) -> Floats:
    """Quantile loss: mean of p (y - q) where y > q, of (1 - p) (q - y) elsewhere.

    In the unit of the data; least for the p-quantile, half the absolute error at p = 1/2; zeros do
    no harm (Koenker, Bassett 1978).
    """
    gap = actual - quantile
    return mean(np.maximum(probability * gap, (probability - 1) * gap), axis)


def wql(actual: Floats, quantiles: Floats, probabilities: ArrayLike, axis: Axes = None) -> Floats:
    """Weighted quantile loss: mean over p of 2 sum pinball_p / sum |y|.

    Free of scale; for the quantiles; zeros do no harm unless all are zero (undefined); large series
    weigh more than small ones. The same as GluonTS's mean weighted quantile loss and AutoGluon's
    WQL (Alexandrov et al. 2020).
    """
    return crps(actual, quantiles, probabilities, axis) / positive(mean(np.abs(actual), axis))


def crps(
    actual: Floats,
    quantiles: Floats,
    probabilities: ArrayLike,
    axis: Axes = None,
    weights: Floats | None = None,
) -> Floats:
    """Continuous ranked probability score from quantiles: 2 mean over p of pinball_p.

    In the unit of the data; proper; the absolute error for a single certain value; zeros do no
    harm. It is the integral 2 int pinball_p dp, which an even grid like (k - 1/2) / K approaches;
    for an uneven grid give the width each p stands for as ``weights`` (see ``grid_weights``).
    Laio, Tamea 2007; Gneiting, Raftery 2007.
    """
    losses = quantile_losses(actual, quantiles, probabilities, axis)
    score: Floats = 2 * np.average(losses, axis=0, weights=weights)
    return score


def crps_of_samples(actual: Floats, samples: Floats, axis: Axes = None) -> Floats:
    """Continuous ranked probability score of an ensemble: mean of E|X - y| - E|X - X'| / 2.

    Exact for the empirical distribution of the ``[n, ...]`` samples, in n log n: with sorted x_i it
    is 2 / n^2 sum (x_i - y) (n [y < x_i] - i + 1/2). Properties as for ``crps``. Laio, Tamea 2007,
    equation 11; Gneiting, Raftery 2007, equation 21.
    """
    ordered = np.sort(samples, axis=0)
    count = len(ordered)
    ranks = np.arange(1, count + 1).reshape(-1, *[1] * actual.ndim)
    above = count * (actual < ordered)
    each = 2 / count**2 * np.sum((ordered - actual) * (above - ranks + 0.5), axis=0)
    return mean(each, axis)


def grid_weights(probabilities: ArrayLike) -> Floats:
    """The width of (0, 1) that each of the ascending probabilities is nearest to, ``[Q]``."""
    grid = np.asarray(probabilities, dtype=np.float64)
    return np.diff(np.concatenate([[0.0], (grid[1:] + grid[:-1]) / 2, [1.0]]))


def coverage(actual: Floats, lower: Floats, upper: Floats, axis: Axes = None) -> Floats:
    """Share of actual values inside the interval, in percent: mean 100 [l <= y <= u].

    Free of scale; should equal the level; easily reached by intervals that are far too wide, so
    read it beside the width (Gneiting, Balabdaoui, Raftery 2007).
    """
    inside = ((actual >= lower) & (actual <= upper)).astype(np.float64)
    return 100 * mean(np.where(np.isnan(actual), np.nan, inside), axis)


def width(actual: Floats, lower: Floats, upper: Floats, axis: Axes = None) -> Floats:
    """Mean width of the interval where something was observed: mean u - l.

    In the unit of the data; lower is sharper, but only worth something where the coverage holds
    (Gneiting, Balabdaoui, Raftery 2007).
    """
    return mean(np.where(np.isnan(actual), np.nan, upper - lower), axis)


def interval_score(
    actual: Floats, lower: Floats, upper: Floats, level: float, axis: Axes = None
) -> Floats:
    """Interval score: mean of (u - l) + 2/a (l - y) [y < l] + 2/a (y - u) [y > u], a = 1 - level.

    In the unit of the data; proper for the quantiles a/2 and 1 - a/2, rewards narrow intervals and
    fines every miss; zeros do no harm (Winkler 1972; Gneiting, Raftery 2007). ``level`` in percent.
    """
    return mean(interval_losses(actual, lower, upper, level), axis)


def interval_losses(actual: Floats, lower: Floats, upper: Floats, level: float) -> Floats:
    """The interval score of every single place, NaN where nothing was observed."""
    fine = 2 / (1 - level / 100)
    missed = np.maximum(lower - actual, 0.0) + np.maximum(actual - upper, 0.0)
    losses: Floats = upper - lower + fine * missed
    return losses


def quantile_losses(
    actual: Floats, quantiles: Floats, probabilities: ArrayLike, axis: Axes = None
) -> Floats:
    """The pinball loss of every quantile, ``[Q, ...]``."""
    grid = np.asarray(probabilities, dtype=np.float64)
    return np.stack(
        [pinball(actual, q, float(p), axis) for q, p in zip(quantiles, grid, strict=True)]
    )
