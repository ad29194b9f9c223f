"""What a channel does differently: a small correction, shrunk towards the shared map.

W_c minimises its own squared error plus mu |W_c - B|^2, within the span P of the leading directions
of the mean moments: W_c = B + P (P'G_c P + mu I)^-1 P'(C_c - G_c B). Infinity keeps the shared map.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.panel import Floats
from forecasting.engine.stacking.moments import Moments
from forecasting.engine.stacking.origins import Held, Singles

STRENGTHS: Final = np.array([0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, np.inf])


@dataclass(frozen=True, eq=False)
class Own:
    """A channel's moments in the leading directions: the eigendecomposition of P'GP (``turn``
    ``[r, r]``, ``values`` ``[r]``), and turned P'G ``[r, d]`` and P'C ``[r, s]``."""

    turn: Singles
    values: Singles
    inputs: Singles
    cross: Singles

    @staticmethod
    def of(found: Moments, anchor: str, leading: Singles) -> Own:
        """Project the moments of one channel."""
        xx, xy = found.anchored(anchor)
        inputs = leading.T @ xx.astype(np.float32)
        values, turn = np.linalg.eigh(inputs @ leading)
        cross = leading.T @ xy.astype(np.float32)
        return Own(turn, np.maximum(values, 0), turn.T @ inputs, turn.T @ cross)

    def at(self, steps: NDArray[np.int64]) -> Own:
        """Only some of its steps."""
        return Own(self.turn, self.values, self.inputs, self.cross[:, steps])

    def gap(self, shared: Singles, steps: slice | NDArray[np.int64] = slice(None)) -> Singles:
        """Turned P'(C - G B) ``[r, s]`` for the shared map at some steps."""
        rest: Singles = self.cross[:, steps] - self.inputs @ shared[:, steps]
        return rest

    def correction(self, shared: Singles, strength: float) -> Singles:
        """Coefficients ``[r, s]`` on the leading directions."""
        if np.isinf(strength):
            return np.zeros((len(self.values), shared.shape[1]), dtype=np.float32)
        scaled = self.gap(shared) / (self.values + np.float32(strength))[:, None]
        found: Singles = self.turn @ scaled
        return found


def strength_squares(
    own: Own,
    leading: Singles,
    shared: Singles,
    held: Held,
    inputs: tuple[Singles, Singles],
    places: NDArray[np.int64],
) -> Floats:
    """Sum of squared errors ``[M, len(places)]`` of one channel for every strength."""
    x, level = inputs
    if not len(x):
        return np.zeros((len(STRENGTHS), len(places)))
    rest = (held.targets[:, places] - level - x @ shared[:, places]) * held.known[:, places]
    turned = x @ (leading @ own.turn)
    gap = own.gap(shared, places)
    squares = np.empty((len(STRENGTHS), len(places)))
    for place, strength in enumerate(STRENGTHS):
        shrink = np.float32(0.0 if np.isinf(strength) else 1.0)
        scaled = shrink * gap / (own.values + np.float32(min(strength, 1e30)))[:, None]
        error = rest - (turned @ scaled) * held.known[:, places]
        squares[place] = np.einsum("ns,ns->s", error, error)
    return squares
