"""The stack itself: weights per step, and the maps that are left when members collapse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from forecasting.engine.panel import Floats
from forecasting.engine.stacking.blending import (
    block_products,
    blocks_of,
    mean_products,
    step_weights,
)
from forecasting.engine.stacking.candidates import Candidate
from forecasting.engine.stacking.grid import Grid
from forecasting.engine.stacking.origins import Singles
from forecasting.engine.stacking.problem import Problem
from forecasting.engine.stacking.views import AFFINE, View

LEAST_WEIGHT = 1e-6


@dataclass(frozen=True, eq=False)
class LagMap:
    """Forecasts of one view from lags, ``weights`` ``[V, F, H]``, and its ``share`` ``[V, H]``."""

    view: View
    weights: Singles
    share: Floats

    def of(self, variate: int, horizon: int) -> tuple[Singles, Floats]:
        """Map and share of one channel; of one that was never seen (-1) the mean of all."""
        if variate < 0:
            return self.weights.mean(axis=0)[:, :horizon], self.share.mean(axis=0)[:horizon]
        return self.weights[variate][:, :horizon], self.share[variate][:horizon]


def weigh(problem: Problem, candidates: Sequence[Candidate]) -> Floats:
    """Weights ``[V, M, H]`` from the held-out windows; all on the naive rules without any."""
    horizon, channels = problem.steps.horizon, problem.channels
    if not problem.held:
        rules = np.array([c.fitted is None for c in candidates], dtype=np.float64)
        shape = (channels, len(rules), horizon)
        return np.broadcast_to((rules / rules.sum())[None, :, None], shape)
    blocks = blocks_of(problem.steps.scored, horizon)
    folds = []
    for fold, held in enumerate(problem.held):
        residuals = problem.each(partial(_residuals, problem, candidates, fold))
        folds.append(block_products(residuals, [h.naive for h in held], blocks))
    shared, own = mean_products(folds)

    def of(v: int) -> Floats:
        rows = sum(held[v].rows for held in problem.held)
        return step_weights(shared, own[v], rows, horizon)

    return np.stack(problem.each(of))


def _residuals(
    problem: Problem, candidates: Sequence[Candidate], fold: int, variate: int
) -> Singles:
    """``[M, n, s]`` of one channel, zero where no target is known."""
    held = problem.held[fold][variate]
    forecasts = np.stack([c.forecasts[fold][variate] for c in candidates])
    return (held.targets - forecasts) * held.known


def blended(
    problem: Problem, candidates: Sequence[Candidate], weights: Floats, fold: int, variate: int
) -> Singles:
    """The stack's own forecasts of the held-out windows of one channel ``[n, s]``."""
    shares = weights[variate][:, problem.steps.scored].astype(np.float32)
    parts = [c.forecasts[fold][variate] * s for c, s in zip(candidates, shares, strict=True)]
    found: Singles = np.sum(parts, axis=0)
    return found


def collapse(
    problem: Problem, candidates: Sequence[Candidate], weights: Floats, grid: Grid
) -> list[LagMap]:
    """The members of an affine view become one map; a curved view keeps one map per member."""
    horizon = problem.steps.horizon
    maps = []
    for name in AFFINE:
        same = [i for i, c in enumerate(candidates) if c.view.name == name]
        if same:
            maps.append(_joined(problem, [candidates[i] for i in same], weights[:, same], grid))
    for index, candidate in enumerate(candidates):
        if candidate.view.name in AFFINE or weights[:, index].max() < LEAST_WEIGHT:
            continue
        one = [candidate.lag_map(grid, v, horizon) for v in range(problem.channels)]
        maps.append(LagMap(candidate.view, np.stack(one), weights[:, index]))
    return maps


def _joined(
    problem: Problem, candidates: Sequence[Candidate], weights: Floats, grid: Grid
) -> LagMap:
    horizon = problem.steps.horizon
    total = np.zeros((problem.channels, len(grid.firsts), horizon), dtype=np.float32)

    def add(v: int) -> None:
        for candidate, share in zip(candidates, weights[v], strict=True):
            if share.max() >= LEAST_WEIGHT:
                total[v] += candidate.lag_map(grid, v, horizon) * share.astype(np.float32)

    problem.each(add)
    # The level that comes back with the unit of the data counts as much as these members do.
    share = weights.sum(axis=1)
    total /= np.maximum(share, LEAST_WEIGHT).astype(np.float32)[:, None, :]
    return LagMap(candidates[0].view, total, share)
