"""One member: penalties per step and strengths per channel chosen on the folds, then its map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from forecasting.engine.panel import Floats
from forecasting.engine.ridge import choose_penalties, spread_penalties
from forecasting.engine.stacking.channels import STRENGTHS, strength_squares
from forecasting.engine.stacking.origins import Singles
from forecasting.engine.stacking.plan import Member
from forecasting.engine.stacking.problem import Problem
from forecasting.engine.stacking.shared import PENALTIES, mean_ratio, path_squares
from forecasting.engine.stacking.solving import Solved, solve

# Of the held-out windows: by fold and variate, ``[n, s]``.
Forecasts = list[list[Singles]]


@dataclass(frozen=True, eq=False)
class Fitted:
    """One member: ``shared`` ``[d, H]``, the directions ``leading`` ``[d, r]`` and every channel's
    coefficients on them ``own[v]`` ``[r, H]``; ``ratio`` is its squared error on the folds relative
    to repeat-last."""

    member: Member
    shared: Singles
    leading: Singles
    own: list[Singles]
    ratio: float

    def weights(self, variate: int) -> Singles:
        """The map of one channel ``[d, H]``."""
        found: Singles = self.shared + self.leading @ self.own[variate]
        return found


@dataclass(frozen=True, eq=False)
class Trial:
    """A member solved in every fold (at the scored steps) with its held-out inputs ``[f][v]`` and,
    once penalties are chosen, its shared maps ``[f]``."""

    problem: Problem
    solved: list[Solved]
    inputs: list[list[tuple[Singles, Singles]]]
    maps: list[Singles]

    def path_squares(self, fold: int, v: int) -> Floats:
        """Squared errors ``[P, c]`` of every penalty on one channel."""
        held, inputs = self.problem.held[fold][v], self.inputs[fold][v]
        return path_squares(self.solved[fold].path, held, inputs, self.problem.steps.choice)

    def strength(self, v: int) -> float:
        """How strongly the channel is held to the shared map, by the mean over folds and steps."""
        steps, squares, naive = self.problem.steps, [], []
        for fold, shared in enumerate(self.maps):
            held, solved = self.problem.held[fold][v], self.solved[fold]
            own = solved.own[v]
            if own is not None:
                inputs, leading = self.inputs[fold][v], solved.leading
                squares.append(strength_squares(own, leading, shared, held, inputs, steps.choice))
                naive.append(held.naive[steps.choice])
        if not squares:
            return float("inf")
        ratios = mean_ratio(squares, naive)
        known = ~np.isnan(ratios[0])
        total = ratios[:, known] @ steps.shares[known]
        return float(STRENGTHS[int(total.argmin())]) if known.any() else float("inf")

    def forecasts(self, strengths: Sequence[float], fold: int, v: int) -> Singles:
        """Of the held-out windows ``[n, s]``."""
        x, level = self.inputs[fold][v]
        solved, shared = self.solved[fold], self.maps[fold]
        own = solved.own[v]
        found: Singles = x @ shared + level
        if own is not None and np.isfinite(strengths[v]):
            found += (x @ solved.leading) @ own.correction(shared, strengths[v])
        return found


def fit_lookback(problem: Problem, group: Sequence[Member]) -> list[tuple[Fitted, Forecasts]]:
    """The members of one lookback, which share their moments, and what they say of the folds."""
    folds = [solve(problem, group, fold) for fold in range(len(problem.fits))]
    return [
        _choose(problem, member, [fold[place] for fold in folds])
        for place, member in enumerate(group)
    ]


def _choose(problem: Problem, member: Member, fits: list[Solved]) -> tuple[Fitted, Forecasts]:
    """Penalties, then strengths, then forecasts of the folds and the delivered map."""
    thin = [fit.thin(problem) for fit in fits]
    inputs = [problem.each(lambda v, h=held: h[v].windows(member)) for held in problem.held]  # type: ignore[misc]
    trial = Trial(problem, thin, inputs, [])
    penalties, ratio = _penalties(trial)
    for fit, _ in zip(thin, problem.held, strict=False):
        trial.maps.append(fit.path.weights(penalties[problem.steps.scored]))
    strengths = problem.each(trial.strength)
    shared = fits[-1].path.weights(penalties)

    def own(v: int) -> Singles:
        found = fits[-1].own[v]
        if found is None:
            return np.zeros((fits[-1].leading.shape[1], shared.shape[1]), dtype=np.float32)
        return found.correction(shared, strengths[v])

    forecasts = [
        problem.each(partial(trial.forecasts, strengths, fold)) for fold in range(len(problem.held))
    ]
    return Fitted(member, shared, fits[-1].leading, problem.each(own), ratio), forecasts


def _penalties(trial: Trial) -> tuple[Floats, float]:
    """A penalty for every step ``[H]`` and the squared error it reaches relative to repeat-last."""
    problem, steps = trial.problem, trial.problem.steps
    squares, naive = [], []
    for fold, held in enumerate(problem.held):
        each = problem.each(partial(trial.path_squares, fold))
        squares.append(np.sum(each, axis=0))
        naive.append(np.sum([h.naive[steps.choice] for h in held], axis=0))
    chosen, ratio = choose_penalties(mean_ratio(squares, naive), PENALTIES)
    return spread_penalties(chosen, steps.scored[steps.choice], steps.horizon), ratio
