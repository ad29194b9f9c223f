"""Everything that may enter the stack, each with its forecasts of the held-out windows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.panel import Floats
from forecasting.engine.stacking.fitting import Fitted, Forecasts, fit_lookback
from forecasting.engine.stacking.grid import Grid
from forecasting.engine.stacking.origins import Singles
from forecasting.engine.stacking.plan import Member
from forecasting.engine.stacking.problem import Problem
from forecasting.engine.stacking.views import STRAIGHT, View


@dataclass(frozen=True, eq=False)
class Candidate:
    """``forecasts[f][v]`` ``[n, s]`` on the common scale; ``fitted`` is None for a naive rule,
    whose ``season`` says how far it looks back (1 repeats the last value)."""

    view: View
    forecasts: Forecasts
    fitted: Fitted | None
    season: int = 0

    @property
    def label(self) -> str:
        """A short name for reports."""
        if self.fitted is None:
            return "repeat-last" if self.season == 1 else f"seasonal naive {self.season}"
        member = self.fitted.member
        return f"{self.view.name} {member.lookback} {member.anchor}"

    def lag_map(self, grid: Grid, variate: int, horizon: int) -> Singles:
        """What each group of lags adds to each step of one channel, ``[F, H]``."""
        if self.fitted is None:
            full = grid.last(horizon) if self.season == 1 else grid.seasonal(self.season, horizon)
        else:
            full = grid.spread(self.fitted.member, self.fitted.weights(variate))
        return grid.gathered(full)


def naive_candidates(problem: Problem, view: View, seasons: Sequence[int]) -> list[Candidate]:
    """Repeat-last and, for every season, seasonal naive."""
    found = []
    for season in (1, *(s for s in seasons if s > 1)):
        forecasts = [
            [_seasonal(held.column, held.origins, problem.steps.scored, season) for held in fold]
            for fold in problem.held
        ]
        found.append(Candidate(view, forecasts, None, season))
    return found


def _seasonal(
    column: Floats, origins: NDArray[np.int64], steps: NDArray[np.int64], season: int
) -> Singles:
    back = np.minimum(season, origins)[:, None]
    found: Singles = column[origins[:, None] - back + steps % back].astype(np.float32)
    return found


def ridge_candidates(
    problem: Problem,
    view: View,
    plan: Sequence[Member],
    common: View,
    effects: Sequence[Floats] | None = None,
) -> list[Candidate]:
    """Every member of the plan in one view; forecasts come back to the common scale.

    ``effects[v]`` ``[T]`` was taken out of the adjusted view and is put back.
    """
    found = []
    done = 0
    for _, group in groupby(plan, key=lambda m: (m.lookback, m.pool)):
        members = list(group)
        problem.watch.report(done / len(plan))
        found += [
            Candidate(view, _common(problem, forecasts, view, common, effects), fitted)
            for fitted, forecasts in fit_lookback(problem, members)
        ]
        done += len(members)
    return found


def _common(
    problem: Problem,
    forecasts: list[list[Singles]],
    view: View,
    common: View,
    effects: Sequence[Floats] | None,
) -> list[list[Singles]]:
    """Forecasts of one view on the common scale."""
    if view.name == STRAIGHT:
        return forecasts
    found = []
    for held, fold in zip(problem.held, forecasts, strict=True):
        parts = []
        for v, values in enumerate(fold):
            plain = view.back(values, v)
            if effects is not None:
                rows = held[v].origins[:, None] + problem.steps.scored
                plain = plain + effects[v][np.minimum(rows, len(effects[v]) - 1)]
            parts.append(((plain - common.mean[v]) / common.spread[v]).astype(np.float32))
        found.append(parts)
    return found
