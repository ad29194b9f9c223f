"""One look-back fitted in every fold: moments once, then each of its anchors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecasting.engine.panel import Floats
from forecasting.engine.ridge import choose_penalties, spread_penalties
from forecasting.engine.stacking.channels import STRENGTHS, Own, strength_squares
from forecasting.engine.stacking.moments import Moments, average, moments
from forecasting.engine.stacking.origins import Singles
from forecasting.engine.stacking.plan import Member
from forecasting.engine.stacking.problem import Problem
from forecasting.engine.stacking.shared import PENALTIES, Path, mean_ratio, path_squares

Inputs = list[list[tuple[Singles, Singles]]]


@dataclass(frozen=True, eq=False)
class Fitted:
    """One member: ``shared`` ``[d, H]``, the directions ``leading`` ``[d, r]`` and every channel's
    coefficients on them ``own[v]`` ``[r, H]``; ``forecasts[f][v]`` ``[n, s]`` of held windows."""

    member: Member
    shared: Singles
    leading: Singles
    own: list[Singles]
    forecasts: list[list[Singles]]
    ratio: float

    def weights(self, variate: int) -> Singles:
        """The map of one channel ``[d, H]``."""
        found: Singles = self.shared + self.leading @ self.own[variate]
        return found


@dataclass(frozen=True, eq=False)
class Solved:
    """One anchor in one fold: the shared path and what every channel has of its own (None where it
    has no window)."""

    path: Path
    leading: Singles
    own: list[Own | None]

    def thin(self, problem: Problem) -> Solved:
        """At the scored steps only."""
        scored = problem.steps.scored
        if self.path.cross.shape[1] == len(scored):
            return self
        own = [o and o.at(scored) for o in self.own]
        return Solved(self.path.at(scored), self.leading, own)


def fit_lookback(problem: Problem, group: Sequence[Member]) -> list[Fitted]:
    """The members of one look-back; moments are made once per fold for all their anchors."""
    solved: list[list[Solved]] = [[] for _ in group]
    for fold in range(len(problem.fits)):
        found = _moments(problem, group[0], fold)
        mean = average(m for m in found if m is not None)
        single = [m and m.single() for m in found]
        for place, member in enumerate(group):
            solved[place].append(_solve(problem, member, mean, single))
    return [_choose(problem, member, fits) for member, fits in zip(group, solved, strict=True)]


def _moments(problem: Problem, member: Member, fold: int) -> list[Moments | None]:
    steps = problem.steps
    last = fold == len(problem.fits) - 1
    wanted = np.arange(steps.horizon) if last else steps.scored
    width = member.lookback + steps.horizon

    def of(v: int) -> Moments | None:
        end = int(problem.fits[fold][v])
        if end < width:
            return None
        column, seen = problem.scaled.columns[v][:end], problem.scaled.observed[v][:end]
        return moments(column, seen, member, wanted, width)

    return problem.each(of)


def _solve(problem: Problem, member: Member, mean: Moments, found: list[Moments | None]) -> Solved:
    path = Path.of(mean, member.anchor)
    leading = path.leading(problem.channels)

    def own(v: int) -> Own | None:
        one = found[v]
        return None if one is None else Own.of(one, member.anchor, leading)

    return Solved(path, leading, problem.each(own))


def _choose(problem: Problem, member: Member, fits: list[Solved]) -> Fitted:
    """Penalties per step, then strengths per channel, then forecasts and the delivered map."""
    folds = len(problem.held)
    inputs: Inputs = [
        problem.each(lambda v, held=held: held[v].windows(member))  # type: ignore[misc]
        for held in problem.held
    ]
    thin = [fit.thin(problem) for fit in fits]
    penalties, ratio = _penalties(problem, thin, inputs)
    scored = penalties[problem.steps.scored]
    maps = [fit.path.weights(scored) for fit in thin[:folds]]
    strengths = _strengths(problem, thin, maps, inputs)
    shared = fits[-1].path.weights(penalties)
    forecasts = []
    for fold in range(folds):

        def of(v: int, fold: int = fold) -> Singles:
            x, level = inputs[fold][v]
            return x @ _map(thin[fold], maps[fold], v, strengths[v]) + level

        forecasts.append(problem.each(of))

    def delivered(v: int) -> Singles:
        own = fits[-1].own[v]
        if own is None:
            return np.zeros((fits[-1].leading.shape[1], shared.shape[1]), dtype=np.float32)
        return own.correction(shared, strengths[v])

    return Fitted(member, shared, fits[-1].leading, problem.each(delivered), forecasts, ratio)


def _map(solved: Solved, shared: Singles, variate: int, strength: float) -> Singles:
    own = solved.own[variate]
    if own is None or np.isinf(strength):
        return shared
    found: Singles = shared + solved.leading @ own.correction(shared, strength)
    return found


def _penalties(problem: Problem, thin: list[Solved], inputs: Inputs) -> tuple[Floats, float]:
    """A penalty for every step ``[H]`` and the squared error it reaches relative to repeat-last."""
    places = problem.steps.choice
    squares, naive = [], []
    for fold, held in enumerate(problem.held):

        def of(v: int, fold: int = fold) -> Floats:
            return path_squares(thin[fold].path, problem.held[fold][v], inputs[fold][v], places)

        squares.append(np.sum(problem.each(of), axis=0))
        naive.append(np.sum([h.naive[places] for h in held], axis=0))
    if not squares:
        return np.ones(problem.steps.horizon), float("inf")
    chosen, ratio = choose_penalties(mean_ratio(squares, naive), PENALTIES)
    steps = problem.steps.scored[places]
    return spread_penalties(chosen, steps, problem.steps.horizon), ratio


def _strengths(
    problem: Problem, thin: list[Solved], maps: list[Singles], inputs: Inputs
) -> list[float]:
    """How strongly each channel is held to the shared map, by the mean over folds and steps."""
    steps = problem.steps

    def of(v: int) -> float:
        squares, naive = [], []
        for fold in range(len(problem.held)):
            held, own = problem.held[fold][v], thin[fold].own[v]
            if own is None:
                continue
            leading = thin[fold].leading
            squares.append(
                strength_squares(own, leading, maps[fold], held, inputs[fold][v], steps.choice)
            )
            naive.append(held.naive[steps.choice])
        if not squares:
            return float("inf")
        ratios = mean_ratio(squares, naive)
        known = ~np.isnan(ratios[0])
        if not known.any():
            return float("inf")
        total = ratios[:, known] @ steps.shares[known]
        return float(STRENGTHS[int(total.argmin())])

    return problem.each(of)
