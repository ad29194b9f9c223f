"""From a panel to a weighted, collapsed stack with its intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.errors import TooShortError, gettext_noop
from forecasting.engine.folds import CUTS as TWO_CUTS
from forecasting.engine.folds import LEAST_WINDOWS, Fold, expanding_folds
from forecasting.engine.intervals import Conformal, volatility
from forecasting.engine.missing import Scaled
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.parallel import cores
from forecasting.engine.seasons import present
from forecasting.engine.stacking.blended import LagMap, collapse, fold_forecasts, weigh
from forecasting.engine.stacking.candidates import Candidate, naive_candidates, ridge_candidates
from forecasting.engine.stacking.effects import Effects
from forecasting.engine.stacking.fitting import Forecasts
from forecasting.engine.stacking.grid import Grid
from forecasting.engine.stacking.plan import members
from forecasting.engine.stacking.problem import Problem
from forecasting.engine.stacking.refinement import Refinement
from forecasting.engine.stacking.refining import refine
from forecasting.engine.stacking.settings import StackSettings
from forecasting.engine.stacking.views import ADJUSTED, STRAIGHT, View, view_names
from forecasting.engine.watch import Watch

# Without validation rows of its own a stack is chosen on three stretches of the past.
CUTS: Final = ((0.55, 0.7), (0.7, 0.85), (0.85, 1.0))
MORE_CUTS: Final = ((0.5, 0.625), (0.625, 0.75), (0.75, 0.875), (0.875, 1.0))
MORE_BEFORE_VALIDATION: Final = ((0.5, 2 / 3), (2 / 3, 5 / 6), (5 / 6, 1.0))


@dataclass(frozen=True, eq=False)
class Built:
    """What a fitted stack keeps."""

    grid: Grid
    maps: list[LagMap]
    effects: Effects | None
    refinement: Refinement | None
    intervals: Conformal
    report: dict[str, Any]


@dataclass(frozen=True, eq=False)
class Ground:
    """What every view starts from: gapless columns in the unit of the data, of which each variate's
    first ``ends[v]`` rows may be fitted."""

    panel: Panel
    plain: Scaled
    ends: NDArray[np.int64]
    folds: tuple[Fold, ...]
    season: int
    horizon: int

    @staticmethod
    def of(panel: Panel, horizon: int, settings: StackSettings) -> Ground:
        """Raises TooShortError when no fold holds a window."""
        plain = in_units(panel)
        lengths = np.array([len(c) for c in plain.columns])
        ends = lengths - settings.validation
        folds = expanding_folds(lengths, 1 + horizon, settings.validation, _cuts(settings))
        if not folds:
            raise _too_short(panel, int(ends.max()), horizon)
        fitted = [c[:e] for c, e in zip(plain.columns, ends, strict=True)]
        seasons = present(fitted, panel.frequency.season_lengths[:1])
        return Ground(panel, plain, ends, folds, seasons[0] if seasons else 1, horizon)

    @property
    def fitted(self) -> list[Floats]:
        """The rows that may be fitted."""
        return [c[:e] for c, e in zip(self.plain.columns, self.ends, strict=True)]

    def problem(self, scaled: Scaled, workers: int, watch: Watch) -> Problem:
        """The same folds and cutoffs for every view."""
        return Problem.of(scaled, self.folds, self.ends, self.horizon, workers, watch)


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
    workers = settings.threads or cores()
    names = view_names(ground.fitted, settings.preset)
    known = ground.panel.known is not None
    parts = len(names) + int(known)
    straight = View.of(STRAIGHT, ground.fitted)
    common = ground.problem(_seen(straight, ground.plain), workers, watch.part(0.0, 1.0 / parts))
    found = naive_candidates(common, straight, [ground.season])
    found += ridge_candidates(common, straight, plan, straight)
    for place, name in enumerate(names[1:], start=1):
        view = View.of(name, ground.fitted)
        part = watch.part(place / parts, (place + 1) / parts)
        problem = ground.problem(_seen(view, ground.plain), workers, part)
        found += ridge_candidates(problem, view, plan, straight)
    effects = None
    if known:
        effects = Effects.of(ground.panel, ground.fitted, ground.season)
        part = watch.part(len(names) / parts, 1.0)
        found += _adjusted(ground, effects, plan, straight, workers, part)
    return common, found, effects


def _adjusted(
    ground: Ground,
    effects: Effects,
    plan: Sequence[Any],
    common: View,
    workers: int,
    watch: Watch,
) -> list[Candidate]:
    """The ridges on what the covariates leave."""
    variates = np.arange(len(ground.plain.columns))
    along = effects.on(ground.panel, variates, 0)
    rest = [c - e for c, e in zip(ground.plain.columns, along, strict=True)]
    view = View.of(ADJUSTED, [c[:e] for c, e in zip(rest, ground.ends, strict=True)])
    plain = Scaled(rest, ground.plain.observed, ground.plain.mean, ground.plain.spread)
    problem = ground.problem(_seen(view, plain), workers, watch)
    return ridge_candidates(problem, view, plan, common, along)


def _cuts(settings: StackSettings) -> tuple[tuple[float, float], ...]:
    """Where the past is cut; the validation rows are one more fold by themselves."""
    if settings.preset == "thorough":
        return MORE_BEFORE_VALIDATION if settings.validation else MORE_CUTS
    return TWO_CUTS if settings.validation else CUTS


def in_units(panel: Panel) -> Scaled:
    """Gapless columns, not scaled."""
    count = len(panel) * len(panel.channels)
    return Scaled.of(panel, np.zeros(count), np.ones(count))


def _seen(view: View, plain: Scaled) -> Scaled:
    return view.scaled(plain.columns, plain.observed)


def _too_short(panel: Panel, rows: int, horizon: int) -> TooShortError:
    return TooShortError(
        gettext_noop(
            "Series %(series)s has %(rows)s rows; forecasting %(horizon)s steps needs at least "
            "%(needed)s. Add history or shorten the horizon."
        ),
        series=panel.ids[int(panel.lengths.argmax())],
        rows=rows,
        horizon=horizon,
        needed=int((horizon + LEAST_WINDOWS) / CUTS[-1][0]) + 1,
    )


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
