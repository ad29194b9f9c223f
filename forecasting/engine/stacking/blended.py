"""The stack itself: weights per step, and the maps that are left when members collapse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from forecasting.engine.panel import Floats
from forecasting.engine.stacking.blending import Products, blocks_of, step_weights, total
from forecasting.engine.stacking.candidates import Candidate
from forecasting.engine.stacking.fitting import Forecasts
from forecasting.engine.stacking.grid import Grid
from forecasting.engine.stacking.origins import Held, Singles
from forecasting.engine.stacking.problem import Problem
from forecasting.engine.stacking.views import AFFINE, View

LEAST_WEIGHT = 1e-6


@dataclass(frozen=True, eq=False)
class LagMap:
    """Forecasts of one view from lags, ``weights`` ``[V, F, H]``, and its ``share`` ``[H]``."""

    view: View
    weights: Singles
    share: Floats

    def of(self, variate: int, horizon: int) -> Singles:
        """The map of one channel; of one that was never seen (-1) the mean of all."""
        found: Singles = self.weights.mean(axis=0) if variate < 0 else self.weights[variate]
        return found[:, :horizon]


def weigh(problem: Problem, candidates: Sequence[Candidate]) -> Floats:
    """Weights ``[M, H]`` from the held-out windows of all channels.

    Weights of each channel's own won on every set of folds tried and lost on the rows after them.
    """
    blocks = blocks_of(problem.steps.scored, problem.steps.horizon)
    folds = []
    for fold, held in enumerate(problem.held):

        def of(v: int, fold: int = fold, held: list[Held] = held) -> Products:
            return Products.of(_residuals(problem, candidates, fold, v), held[v].naive, blocks)

        folds.append(total(problem.each(of)))
    return step_weights(folds, problem.steps.horizon)


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
    shares = weights[:, problem.steps.scored].astype(np.float32)
    parts = [c.forecasts[fold][variate] * s for c, s in zip(candidates, shares, strict=True)]
    found: Singles = np.sum(parts, axis=0)
    return found


def fold_forecasts(problem: Problem, candidates: Sequence[Candidate], weights: Floats) -> Forecasts:
    """The stack's own forecasts of all held-out windows."""
    return [
        problem.each(partial(blended, problem, candidates, weights, fold))
        for fold in range(len(problem.held))
    ]


def collapse(
    problem: Problem, candidates: Sequence[Candidate], weights: Floats, grid: Grid
) -> list[LagMap]:
    """The members of an affine view become one map; a curved view keeps one map per member."""
    horizon = problem.steps.horizon
    maps = []
    for name in AFFINE:
        same = [i for i, c in enumerate(candidates) if c.view.name == name]
        if same:
            maps.append(_joined(problem, [candidates[i] for i in same], weights[same], grid))
    for index, candidate in enumerate(candidates):
        if candidate.view.name in AFFINE or weights[index].max() < LEAST_WEIGHT:
            continue
        one = [candidate.lag_map(grid, v, horizon) for v in range(problem.channels)]
        maps.append(LagMap(candidate.view, np.stack(one), weights[index]))
    return maps


def _joined(
    problem: Problem, candidates: Sequence[Candidate], weights: Floats, grid: Grid
) -> LagMap:
    horizon = problem.steps.horizon
    joined = np.zeros((problem.channels, len(grid.firsts), horizon), dtype=np.float32)

    def add(v: int) -> None:
        for candidate, share in zip(candidates, weights, strict=True):
            if share.max() >= LEAST_WEIGHT:
                joined[v] += candidate.lag_map(grid, v, horizon) * share.astype(np.float32)

    problem.each(add)
    # The level that comes back with the unit of the data counts as much as these members do.
    share = weights.sum(axis=0)
    joined /= np.maximum(share, LEAST_WEIGHT).astype(np.float32)
    return LagMap(candidates[0].view, joined, share)
