"""Ridge for penalties that are known already, without an eigendecomposition.

With G = Q T Q' and T tridiagonal, (G + lam I)^-1 g = Q (T + lam I)^-1 Q' g: one reduction serves
all penalties, and each costs a walk along the diagonal (Golub and Van Loan, Matrix Computations,
sections 4.3.6 and 8.3.1). About half the time of the path in ridge.py, which knows all penalties.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from forecasting.engine.gram import anchor_weights, anchored
from forecasting.engine.panel import Floats

BLOCK: Final = 64


def ridge_weights(gram: Floats, anchor: str, penalties: Floats) -> Floats:
    """The map ``[L, H]`` of a mean half Gram ``[L, L + H]``, with a penalty above 0 for every step.

    An infinite penalty gives a zero column, as in ``ridge.Path.weights``.
    """
    from scipy.linalg import lapack  # noqa: PLC0415 -- an instant forecast needs no scipy

    lookback = len(gram)
    moved = anchored(gram, anchor_weights(anchor, lookback))
    cross = np.array(moved[:, lookback:], order="F")
    if lookback == 1:
        return np.where(np.isinf(penalties), 0.0, cross / (moved[0, 0] + penalties))
    reduced, diagonal, beside, tau, _ = lapack.dsytrd(
        np.asfortranarray(moved[:, :lookback]), lower=1, lwork=lookback * BLOCK
    )
    turns = np.asfortranarray(reduced[1:, :-1]), tau
    _turn(lapack, cross, "T", turns)
    weights = np.zeros_like(cross, order="F")
    for penalty in np.unique(penalties[np.isfinite(penalties)]):
        steps = np.flatnonzero(penalties == penalty)
        weights[:, steps] = lapack.dptsv(diagonal + penalty, beside, cross[:, steps])[2]
    _turn(lapack, weights, "N", turns)
    return np.ascontiguousarray(weights)


def _turn(lapack: Any, columns: Floats, way: str, turns: tuple[Floats, Any]) -> None:
    """Multiply by Q ("N") or Q' ("T") in place; Q leaves the first row alone."""
    reflectors, tau = turns
    columns[1:] = lapack.dormqr("L", way, reflectors, tau, columns[1:], columns.shape[1] * BLOCK)[0]
