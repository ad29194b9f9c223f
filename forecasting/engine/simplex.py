"""Weights on the simplex: the mixture of models with the least squared error.

Minimise w' (Q / s + r I) w with w >= 0 and sum w = 1, where Q holds the mean products of the
out-of-fold errors and s is the smallest mean squared error of a single model. The ridge r draws the
weights together, because Q is known from few windows. Bates, Granger 1969; Breiman 1996, "Stacked
regressions"; Lawson, Hanson 1974 for the solver (NNLS).

The sum is kept by one more row of least squares; whatever weight this row has, its solution is a
multiple of the one sought, so dividing by the sum makes it exact.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from forecasting.engine.averaging import Floats
from forecasting.engine.blocks import block_ends, block_of

RIDGE: Final = 0.1
SUM_WEIGHT: Final = 10.0
# A model without any error would make every other one infinitely bad.
LEAST_SHARE: Final = 1e-9


def simplex(actual: Floats, forecasts: Floats, ridge: float = RIDGE) -> Floats:
    """Weights ``[M]`` of out-of-fold forecasts ``[M, ...]`` of the actual values ``[...]``.

    Not negative, sum 1; equal where no error is known or none is made.
    """
    models = len(forecasts)
    errors = (forecasts - actual).reshape(models, -1)
    errors = errors[:, np.isfinite(errors).all(axis=0)]
    moments = errors @ errors.T / max(errors.shape[1], 1)
    own = np.diag(moments)
    scale = max(own.min(), LEAST_SHARE * own.max())
    if not scale > 0:
        return np.full(models, 1 / models)
    return least_on_simplex(moments / scale + ridge * np.eye(models))


def simplex_by_step(actual: Floats, forecasts: Floats, ridge: float = RIDGE) -> Floats:
    """Weights ``[H, M]`` of forecasts ``[M, W, S, H, C]``, learned per block of steps ahead."""
    horizon = actual.shape[2]
    ends = block_ends(horizon)
    bounds = zip([0, *ends[:-1]], ends, strict=True)
    blocks = np.stack(
        [simplex(actual[:, :, a:b], forecasts[:, :, :, a:b], ridge) for a, b in bounds]
    )
    weights: Floats = blocks[block_of(np.arange(horizon), ends)]
    return weights


def least_on_simplex(matrix: Floats) -> Floats:
    """Minimise w' matrix w over the simplex; the matrix is symmetric, not negative."""
    from scipy.optimize import nnls  # noqa: PLC0415 -- only learning weights needs it

    values, vectors = np.linalg.eigh(matrix)
    root = np.sqrt(np.maximum(values, 0.0))[:, None] * vectors.T
    rows = np.vstack([root, np.full((1, len(matrix)), SUM_WEIGHT)])
    solution = nnls(rows, np.r_[np.zeros(len(matrix)), SUM_WEIGHT])[0]
    weights: Floats = solution / solution.sum()
    return weights
