"""How sure a base forecast is, and how its errors hang together, without an n x n matrix.

Every estimate is W = diag(own) + U U'. ``ols``: W = 1. ``wls_struct``: the variance of a sum (or
mean) of members with the same variance and independent errors. ``wls_var``: the mean square of past
errors (Hyndman, Lee and Wang 2016). ``mint_shrink``: the covariance of past errors with
correlations shrunk towards none (Wickramasuriya, Athanasopoulos and Hyndman 2019; Schäfer and
Strimmer 2005): W = D^1/2 (k 1 + (1 - k) Z'Z) D^1/2 with errors Z ``[T, n]`` of unit length, so U
has no more columns than there are rows of errors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from forecasting.engine.errors import TooShortError, gettext_noop
from forecasting.engine.hierarchy.structure import Hierarchy
from forecasting.engine.panel import Floats

# More rows of errors than this tell little more and cost their square.
MOST_ROWS: Final = 2_000
FEWEST_ROWS: Final = 2
LEAST_SHRINKAGE: Final = 1e-6
# The smallest variance, as a share of the median one.
LEAST_VARIANCE: Final = 1e-8


@dataclass(frozen=True, eq=False)
class Covariance:
    """W = diag(own) + shared shared'; ``own`` ``[n]`` is positive, ``shared`` ``[n, r]``.

    ``shrinkage`` is how far the correlations were shrunk, 1 where there are none.
    """

    own: Floats
    shared: Floats
    shrinkage: float = 1.0

    @property
    def variance(self) -> Floats:
        """The diagonal of W, ``[n]``."""
        variance: Floats = self.own + np.sum(self.shared**2, axis=1)
        return variance


def unweighted(hierarchy: Hierarchy) -> Covariance:
    """All errors alike: the reconciled forecast is the nearest coherent one."""
    return _diagonal(np.ones(len(hierarchy.names)))


def structural(hierarchy: Hierarchy) -> Covariance:
    """From the number of members alone."""
    squares = np.diff(hierarchy.starts).astype(np.float64)
    if hierarchy.how == "mean":
        squares = 1 / squares
    return _diagonal(np.concatenate([squares, np.ones(len(hierarchy.bottom))]))


def by_variance(hierarchy: Hierarchy, errors: Floats) -> Covariance:
    """From past errors ``[T, n]``, NaN where unknown."""
    return _diagonal(_variances(hierarchy, errors))


def shrunk(hierarchy: Hierarchy, errors: Floats, independent: float | None = None) -> Covariance:
    """From past errors ``[T, n]``, NaN where unknown; they are taken to be zero on average.

    ``independent`` is how many rows the T are worth where neighbouring ones are alike; the fewer,
    the more is shrunk.
    """
    rows = _thinned(errors)
    variance = _variances(hierarchy, rows)
    seen = ~np.isnan(rows)
    unit = np.where(seen, rows, 0.0)
    length = np.sqrt(np.sum(unit**2, axis=0))
    unit = unit / np.where(length > 0, length, 1.0)
    share = shrinkage(unit, float(seen.sum(axis=0).mean()), independent or len(errors))
    shared = np.sqrt(1 - share) * unit
    if len(shared) > shared.shape[1]:
        shared = np.linalg.qr(shared, mode="r")
    own = np.where(length > 0, share, 1.0) * variance
    return Covariance(own, shared.T * np.sqrt(variance)[:, None], share)


def shrinkage(unit: Floats, rows: float, independent: float) -> float:
    """The sum of the variances of all correlations over that of their squares, 0 to 1.

    ``unit`` ``[T, n]`` has columns of length 1, made of ``rows`` values on average.
    """
    squares = unit**2
    fourth = float(np.sum(squares.sum(axis=1) ** 2) - np.sum(squares**2))
    gram = unit @ unit.T if len(unit) <= unit.shape[1] else unit.T @ unit
    correlations = float(np.sum(gram**2) - np.sum(squares.sum(axis=0) ** 2))
    if correlations <= 0:
        return 1.0
    variance = rows / (rows - 1) * (fourth - correlations / rows)
    inflated = variance * max(1.0, len(unit) / independent)
    return float(np.clip(inflated / correlations, LEAST_SHRINKAGE, 1.0))


def _diagonal(variance: Floats) -> Covariance:
    return Covariance(variance, np.zeros((len(variance), 0)))


def _variances(hierarchy: Hierarchy, errors: Floats) -> Floats:
    """Mean squares ``[n]``; a series without errors gets what its members and others suggest."""
    seen = ~np.isnan(errors)
    counts = seen.sum(axis=0)
    if counts.max(initial=0) < FEWEST_ROWS:
        raise TooShortError(
            gettext_noop(
                "There are too few past errors to weigh the series by; use ols or wls_struct."
            )
        )
    squares = np.sum(np.where(seen, errors, 0.0) ** 2, axis=0) / np.maximum(counts, 1)
    usual = structural(hierarchy).own
    known = counts >= FEWEST_ROWS
    positive = squares[known & (squares > 0)]
    ratio = float(np.median((squares / usual)[known]))
    squares = np.where(known, squares, ratio * usual)
    least = LEAST_VARIANCE * float(np.median(positive)) if len(positive) else 1.0
    return np.maximum(squares, least)


def _thinned(errors: Floats) -> Floats:
    """At most 2,000 rows, evenly taken."""
    if len(errors) <= MOST_ROWS:
        return errors
    return errors[np.linspace(0, len(errors) - 1, MOST_ROWS).astype(np.int64)]
