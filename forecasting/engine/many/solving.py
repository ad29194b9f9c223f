"""A shared ridge map, and one per series that is drawn towards it.

With G_s and C_s the moments of series s and B the shared map, W_s = (G_s + mu I)^-1 (C_s + mu B) is
the ridge solution whose penalty is the distance to B (hierarchical ridge; mu infinite gives B).
The forecast x'W_s needs one right-hand side only: v = (G_s + mu I)^-1 x, then v'C_s + mu v'B.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.engine.many.moments import Moments, Singles
from forecasting.engine.panel import Floats


@dataclass
class Pool:
    """Running sums of the moments of many series."""

    gram: Floats | float = 0.0
    cross: Floats | float = 0.0
    series: float = 0.0

    def add(self, found: Moments) -> None:
        """Every series with at least one window counts alike."""
        there = found.there
        self.gram = self.gram + found.gram[there].sum(axis=0, dtype=np.float64)
        self.cross = self.cross + found.cross[there].sum(axis=0, dtype=np.float64)
        self.series += float(there.sum())

    def maps(self, penalties: tuple[float, ...], lookback: int, horizon: int) -> Floats:
        """The shared map of every penalty ``[P, L, H]``; zero where there was no window."""
        count = max(self.series, 1.0)
        if not self.series:
            return np.zeros((len(penalties), lookback, horizon))
        gram, cross = np.asarray(self.gram) / count, np.asarray(self.cross) / count
        values, basis = np.linalg.eigh(gram)
        rotated = basis.T @ cross
        gains = [1.0 / (np.maximum(values, 0.0) + penalty) for penalty in penalties]
        return np.stack([basis @ (rotated * gain[:, None]) for gain in gains])


def own_steps(found: Moments, x: Singles, shared: Floats, pulls: tuple[float, ...]) -> Singles:
    """Deviations ``[pulls, P, n, H]`` for inputs ``x`` ``[n, L]`` and maps ``[P, L, H]``."""
    steps = np.empty((len(pulls), len(shared), len(x), shared.shape[2]), dtype=np.float32)
    maps = shared.astype(np.float32)
    eye = np.eye(x.shape[1], dtype=np.float32)
    for place, pull in enumerate(pulls):
        if np.isinf(pull):
            steps[place] = x @ maps
            continue
        ridge = found.gram + np.float32(pull) * eye
        v = np.linalg.solve(ridge, x[:, :, None])[:, :, 0]
        own = (v[:, None, :] @ found.cross)[:, 0]
        steps[place] = own + np.float32(pull) * (v @ maps)
    return steps


def own_maps(found: Moments, shared: Floats, pull: float) -> Floats:
    """Maps ``[n, L, H]``; ``shared`` is ``[L, H]``."""
    if np.isinf(pull):
        return np.repeat(shared[None], len(found.gram), axis=0)
    eye = np.eye(len(shared), dtype=np.float32)
    drawn = found.cross + (pull * shared).astype(np.float32)
    maps: Floats = np.linalg.solve(found.gram + np.float32(pull) * eye, drawn)
    return maps
