"""The coherent forecast nearest to the base forecasts, by sparse algebra.

MinT minimises (ŷ - S b)' W^-1 (ŷ - S b) over the bottom series b (Wickramasuriya, Athanasopoulos
and Hyndman 2019). For W = D + U U' this is the same as minimising

    (ŷ - S b - U f)' D^-1 (ŷ - S b - U f) + f'f

over b and f. For a given f the answer needs one system as large as there are totals, with the
sparse matrix K = D_a + A D_b A' (the constraint form, section 2.3 of the same paper); f needs one
as large as U is wide. Nothing is ever n x n. Bottom series that are held at zero leave A and D_b,
which is what the non-negative forecast asks for (nonnegative.py).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.hierarchy.covariance import Covariance
from forecasting.engine.hierarchy.structure import Hierarchy
from forecasting.engine.panel import Floats

Solve = Callable[[Floats], Floats]
# Up to so many totals a dense factor is quicker than a sparse one.
MOST_DENSE: Final = 1_000
DENSE_SHARE: Final = 0.05


class Projection:
    """Reconciles with one covariance and one set of bottom series that may differ from zero."""

    def __init__(
        self,
        hierarchy: Hierarchy,
        covariance: Covariance,
        free: NDArray[np.bool_] | None = None,
    ) -> None:
        self.totals = hierarchy.totals
        self.covariance = covariance
        self.free = np.ones(len(hierarchy.bottom), dtype=bool) if free is None else free
        self.matrix = hierarchy.matrix
        self.held = np.flatnonzero(~self.free)
        own = covariance.own[self.totals :]
        self.weights = np.where(self.free, own, 0.0)
        # What a bottom series held at zero pulls with.
        self.pull = 1 / own[self.held, None]
        self.solve = self._factor()
        self._fit_shared()

    def _factor(self) -> Solve:
        from scipy import sparse  # noqa: PLC0415 -- only a computation needs it

        if not self.totals:
            return lambda gap: gap
        own = sparse.diags_array(self.covariance.own[: self.totals])
        weighed = self.matrix @ sparse.diags_array(self.weights)
        return factor(own + weighed @ self.matrix.T)

    def _fit_shared(self) -> None:
        """Prepare the system of f."""
        shared = self.covariance.shared
        self.gaps = self._gap(shared)
        self.solved = self.solve(self.gaps)
        if shared.shape[1]:
            core = np.eye(shared.shape[1]) + self.gaps.T @ self.solved
            held = shared[self.totals + self.held]
            core += held.T @ (held * self.pull)
            self.inner = dense_factor(core)

    def _gap(self, values: Floats) -> Floats:
        """By how much totals ``[n, k]`` miss their free members."""
        bottom = values[self.totals :]
        if len(self.held):
            bottom = np.where(self.free[:, None], bottom, 0.0)
        gap: Floats = values[: self.totals] - self.matrix @ bottom
        return gap

    def bottom(self, base: Floats) -> Floats:
        """Reconciled bottom series ``[b, k]`` from base forecasts ``[n, k]`` of all series."""
        return self.bottom_and_pressure(base)[0]

    def bottom_and_pressure(self, base: Floats) -> tuple[Floats, Floats]:
        """Bottom series ``[b, k]``, and how strongly those held at zero want to rise, ``[b, k]``.

        The pressure is minus half the derivative of what is minimised; zero where free.
        """
        gap, rest = self._gap(base), base[self.totals :]
        if self.covariance.shared.shape[1]:
            shared = self.covariance.shared[self.totals :]
            wanted = self.solved.T @ gap + shared[self.held].T @ (rest[self.held] * self.pull)
            f = self.inner(wanted)
            gap, rest = gap - self.gaps @ f, rest - shared @ f
        push = self.matrix.T @ self.solve(gap)
        bottom = rest + self.weights[:, None] * push
        bottom[self.held] = 0.0
        pressure = np.zeros_like(bottom)
        pressure[self.held] = push[self.held] + rest[self.held] * self.pull
        return bottom, pressure


def factor(matrix: Any) -> Solve:
    """Solves with a sparse symmetric positive definite matrix."""
    from scipy.sparse.linalg import splu  # noqa: PLC0415 -- only a computation needs it

    size = matrix.shape[0]
    if size <= MOST_DENSE or matrix.nnz > DENSE_SHARE * size * size:
        return dense_factor(matrix.toarray())
    options = {"SymmetricMode": True}
    found = splu(matrix.tocsc(), permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options=options)
    solve: Solve = found.solve
    return solve


def dense_factor(matrix: Floats) -> Solve:
    """Solves with a dense symmetric positive definite matrix."""
    from scipy.linalg import cho_factor, cho_solve  # noqa: PLC0415 -- only a computation needs it

    found = cho_factor(matrix, lower=True, overwrite_a=True, check_finite=False)
    return lambda right: np.asarray(cho_solve(found, right, check_finite=False))
