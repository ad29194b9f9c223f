"""A shared ridge map, and one per series that is drawn towards it.

With G_s and C_s the moments of series s and B the shared map, the series' own map is
W_s = B + P (P'G_s P + mu I)^-1 P'(C_s - G_s B), ridge whose penalty is the distance to B
(hierarchical ridge; mu infinite gives B). P holds the strongest directions of the pooled inputs;
with all of them this is (G_s + mu I)^-1 (C_s + mu B). A forecast x'W_s needs one right-hand side.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from forecasting.engine.many.moments import Moments, Singles
from forecasting.engine.panel import Floats

RANK: Final = 96


@dataclass(frozen=True, eq=False)
class Shared:
    """The pooled solution: ``maps`` ``[P, L, H]`` for P penalties, and ``basis`` ``[L, r]``, the
    strongest directions of the inputs, in which single series may differ from it."""

    maps: Singles
    basis: Singles

    def only(self, place: int) -> Shared:
        """With one of the penalties."""
        return Shared(self.maps[place : place + 1], self.basis)


@dataclass
class Pool:
    """Running sums of the moments of many series."""

    gram: Floats | float = 0.0
    cross: Floats | float = 0.0
    series: int = 0

    def add(self, found: Moments) -> None:
        """Every series with at least one window counts alike."""
        there = found.there
        self.gram = self.gram + found.gram[there].sum(axis=0, dtype=np.float64)
        self.cross = self.cross + found.cross[there].sum(axis=0, dtype=np.float64)
        self.series += int(there.sum())

    def solved(self, penalties: tuple[float, ...], lookback: int, horizon: int) -> Shared:
        """The shared maps; zero where there was no window."""
        rank = min(lookback, RANK)
        if not self.series:
            nothing = np.zeros((len(penalties), lookback, horizon), dtype=np.float32)
            return Shared(nothing, np.eye(lookback, rank, dtype=np.float32))
        gram, cross = np.asarray(self.gram) / self.series, np.asarray(self.cross) / self.series
        values, basis = np.linalg.eigh(gram)
        rotated = basis.T @ cross
        gains = [1.0 / (np.maximum(values, 0.0) + penalty) for penalty in penalties]
        maps = np.stack([basis @ (rotated * gain[:, None]) for gain in gains])
        return Shared(maps.astype(np.float32), basis[:, -rank:].astype(np.float32))


def own_steps(found: Moments, x: Singles, shared: Shared, pulls: tuple[float, ...]) -> Singles:
    """Deviations ``[pulls, P, n, H]`` for inputs ``x`` ``[n, L]``."""
    plain = x @ shared.maps
    steps = np.empty((len(pulls), *plain.shape), dtype=np.float32)
    gram = _projected(found.gram, shared.basis)
    for place, pull in enumerate(pulls):
        steps[place] = plain
        if np.isinf(pull):
            continue
        inside = np.linalg.solve(_held(gram, pull), (x @ shared.basis)[:, :, None])
        v = (inside[:, :, 0] @ shared.basis.T)[:, None, :]
        steps[place] += (v @ found.cross)[:, 0] - (v @ found.gram)[:, 0] @ shared.maps
    return steps


def own_maps(found: Moments, shared: Shared, pull: float) -> Singles:
    """Maps ``[n, L, H]`` with the one penalty of ``shared``."""
    base = shared.maps[0]
    if np.isinf(pull):
        return np.repeat(base[None], len(found.gram), axis=0)
    missed = shared.basis.T @ (found.cross - found.gram @ base)
    moves = np.linalg.solve(_held(_projected(found.gram, shared.basis), pull), missed)
    maps: Singles = base + shared.basis @ moves
    return maps


def _projected(gram: Singles, basis: Singles) -> Singles:
    """``[n, r, r]``."""
    inner: Singles = basis.T @ (gram @ basis)
    return inner


def _held(gram: Singles, pull: float) -> Singles:
    return gram + np.float32(pull) * np.eye(gram.shape[1], dtype=np.float32)
