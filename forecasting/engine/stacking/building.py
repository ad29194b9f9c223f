"""From a panel to a weighted, collapsed stack with its intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from forecasting.engine.errors import gettext_noop
from forecasting.engine.intervals import Conformal, volatility
from forecasting.engine.missing import Scaled
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.stacking.blended import LagMap, collapse, fold_forecasts, weigh
from forecasting.engine.stacking.candidates import Candidate, naive_candidates, ridge_candidates
from forecasting.engine.stacking.effects import Effects
from forecasting.engine.stacking.fitting import Forecasts
from forecasting.engine.stacking.grid import Grid
from forecasting.engine.stacking.ground import Ground
from forecasting.engine.stacking.plan import members
from forecasting.engine.stacking.problem import Problem
from forecasting.engine.stacking.refinement import Refinement
from forecasting.engine.stacking.refining import refine
from forecasting.engine.stacking.settings import StackSettings
from forecasting.engine.stacking.views import ADJUSTED, STRAIGHT, View, view_names
from forecasting.engine.watch import Watch


@dataclass(frozen=True, eq=False)
class Built:
    """What a fitted stack keeps."""

    grid: Grid
    maps: list[LagMap]
    effects: Effects | None
    refinement: Refinement | None
    intervals: Conformal
    report: dict[str, Any]


def build(panel: Panel, horizon: int, settings: StackSettings, watch: Watch) -> Built:
    """Fit every member on every fold, weigh and collapse. Raises TooShortError or Cancelled."""
    ground = Ground.of(panel, horizon, settings)
    low = 0.5 if settings.preset == "thorough" else 1.0
    watch, whole = watch.part(0.0, low), watch
    first = int(np.quantile(ground.folds[0].fit_ends, 0.5, method="lower"))
    plan = members(first, horizon, ground.season, settings.preset)
    problem, candidates, effects = _candidates(ground, settings, plan, watch.part(0.0, 0.9))
    watch.report(0.9, gettext_noop("Weighing the members"))
    weights = weigh(problem, candidates)
    watch.report(0.92, gettext_noop("Measuring the intervals"))
    folds = fold_forecasts(problem, candidates, weights)
    intervals = _intervals(panel, problem, folds)
    # What was said of the folds is the largest part of what is held; the maps need room.
    candidates = [replace(candidate, forecasts=[]) for candidate in candidates]
    watch.report(0.95, gettext_noop("Joining the members"))
    grid = Grid.of(plan, ground.season)
    maps = collapse(problem, candidates, weights, grid)
    report = _report(candidates, weights, len(ground.folds))
    refinement = None
    if settings.preset == "thorough" and len(maps) == 1:
        refinement = refine(problem, folds[-1], grid, maps[0], whole.part(low, 1.0))
        report["refined"] = refinement is not None
    return Built(grid, maps, effects, refinement, intervals, report)


def _candidates(
    ground: Ground, settings: StackSettings, plan: Sequence[Any], watch: Watch
) -> tuple[Problem, list[Candidate], Effects | None]:
    """The naive rules and the ridges of every view."""
    names = view_names(ground.fitted, settings.preset)
    known = ground.panel.known is not None
    parts = len(names) + int(known)
    straight = View.of(STRAIGHT, ground.fitted)
    common = ground.problem(_seen(straight, ground.plain), watch.part(0.0, 1.0 / parts))
    found = naive_candidates(common, straight, [ground.season])
    found += ridge_candidates(common, straight, plan, straight)
    for place, name in enumerate(names[1:], start=1):
        view = View.of(name, ground.fitted)
        part = watch.part(place / parts, (place + 1) / parts)
        problem = ground.problem(_seen(view, ground.plain), part)
        found += ridge_candidates(problem, view, plan, straight)
    effects = None
    if known:
        effects = Effects.of(ground.panel, ground.fitted, ground.season)
        part = watch.part(len(names) / parts, 1.0)
        found += _adjusted(ground, effects, plan, straight, part)
    return common, found, effects


def _adjusted(
    ground: Ground,
    effects: Effects,
    plan: Sequence[Any],
    common: View,
    watch: Watch,
) -> list[Candidate]:
    """The ridges on what the covariates leave."""
    variates = np.arange(len(ground.plain.columns))
    along = effects.on(ground.panel, variates, 0)
    rest = [c - e for c, e in zip(ground.plain.columns, along, strict=True)]
    view = View.of(ADJUSTED, [c[:e] for c, e in zip(rest, ground.ends, strict=True)])
    plain = Scaled(rest, ground.plain.observed, ground.plain.mean, ground.plain.spread)
    problem = ground.problem(_seen(view, plain), watch)
    return ridge_candidates(problem, view, plan, common, along)


def _seen(view: View, plain: Scaled) -> Scaled:
    return view.scaled(plain.columns, plain.observed)


def _intervals(panel: Panel, problem: Problem, folds: Forecasts) -> Conformal:
    """Scores of the blend on the held-out windows of all folds."""
    scores = []
    for v, column in enumerate(problem.scaled.columns):
        parts = []
        for fold, held in enumerate(problem.held):
            gap = np.abs(held[v].targets - folds[fold][v])
            scale = volatility(column, held[v].origins)[:, None]
            parts.append(np.where(held[v].known > 0, gap / scale, np.nan))
        scores.append(np.concatenate(parts))
    steps = problem.steps
    return Conformal.fit(panel, problem.scaled, scores).at_steps(steps.scored, steps.horizon)


def _report(candidates: Sequence[Candidate], weights: Floats, folds: int) -> dict[str, Any]:
    """What was tried and how much it counts, for the model card."""
    shares = weights.mean(axis=1)
    return {
        "folds": folds,
        "members": [
            {
                "name": candidate.label,
                "weight": round(float(share), 4),
                "fold_ratio": candidate.fitted and round(candidate.fitted.ratio, 4),
            }
            for candidate, share in zip(candidates, shares, strict=True)
        ],
    }
