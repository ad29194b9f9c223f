"""Some series at a time, so that they can be spread over processes and a run can stop between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.calibration import LEAST_SPREAD, Cutoffs, scores
from forecasting.engine.covariate_blocks import known_block
from forecasting.engine.frequency import Frequency
from forecasting.engine.intervals import volatility
from forecasting.engine.missing import Scaled, filled_columns
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.statistical.adapter import Ahead, Learned
from forecasting.engine.statistical.adapters import adapter
from forecasting.engine.statistical.local import Local, reaching
from forecasting.engine.statistical.recipes import RECIPE
from forecasting.engine.statistical.seasons import Seasons


@dataclass(frozen=True, eq=False)
class Rows:
    """The newest rows ``[T]`` of a variate; ``weights`` ``[n]`` divides errors at its cutoffs.

    ``x`` ``[T + F, K]`` are the known covariates beside them, for a model that can use them.
    """

    y: Floats
    seen: NDArray[np.bool_]
    cutoffs: Cutoffs
    weights: Floats
    spread: float
    x: Floats | None = None


@dataclass(frozen=True, eq=False)
class Job:
    """What one call fits."""

    name: str
    settings: Any
    frequency: Frequency
    horizon: int
    rows: Sequence[Rows]


@dataclass(frozen=True, eq=False)
class Fitted:
    """What was learned of a variate, and the scores ``[n, H]`` of its intervals."""

    learned: Learned
    scores: Floats


def rows_of(panel: Panel, scaled: Scaled, name: str, most: int, horizon: int) -> list[Rows]:
    """The newest ``most`` rows of every variate, gaps closed, and what its scores need."""
    needed = 2 * panel.frequency.season_length + 1
    cutoffs = RECIPE[name].cutoffs
    exogenous = RECIPE[name].capabilities.uses_known_future and panel.known is not None
    found = []
    for variate, y in enumerate(filled_columns(panel)):
        plan = Cutoffs.of(min(len(y), most), horizon, cutoffs, needed)
        x = known_block(panel, variate // len(panel.channels)) if exogenous else None
        found.append(_rows(y, x, scaled, variate, plan))
    return found


def _rows(y: Floats, x: Floats | None, scaled: Scaled, variate: int, plan: Cutoffs) -> Rows:
    skipped = len(y) - plan.rows
    x = None if x is None else x[skipped:]
    spread = float(scaled.spread[variate])
    weights = spread * volatility(scaled.columns[variate], plan.origins + skipped)
    return Rows(y[skipped:], scaled.observed[variate][skipped:], plan, weights, spread, x)


def fit_all(job: Job) -> list[Fitted]:
    """Fit every variate of the job, and once more on its earlier rows to measure the errors."""
    local = Local(adapter(job.name, job.settings))
    return [_fit(job, local, rows) for rows in job.rows]


def _fit(job: Job, local: Local, rows: Rows) -> Fitted:
    recipe, plan = RECIPE[job.name], rows.cutoffs

    def learn(y: Floats, *, quick: bool) -> Learned:
        seasons = Seasons.of(recipe, job.settings, job.frequency, len(y))
        return local.learn(y, seasons, job.horizon, quick=quick, x=rows.x)

    earlier = learn(rows.y[: plan.fitted], quick=True)
    return Fitted(learn(rows.y, quick=False), _scores(job, local, rows, earlier))


def stand_in(job: Job, rows: Rows) -> Fitted:
    """A repetition of the last season, for rows that the model must not touch again."""
    seasons = Seasons.of(RECIPE[job.name], job.settings, job.frequency, len(rows.y))
    learned = Learned({"rule": "repeat", "usual": seasons.usual}, np.empty(0))
    local = Local(adapter(job.name, job.settings))
    return Fitted(learned, _scores(job, local, rows, learned))


def _scores(job: Job, local: Local, rows: Rows, earlier: Learned) -> Floats:
    recipe, plan = RECIPE[job.name], rows.cutoffs
    x = None if rows.x is None else reaching(rows.x, len(rows.y) + job.horizon)
    past = [local.ahead(earlier, rows.y[:origin], job.horizon, x)[0] for origin in plan.origins]
    mean = np.stack([ahead.mean for ahead in past])
    weights = rows.weights[:, None]
    if recipe.capabilities.probabilistic:
        weights = np.stack([spread_of(ahead, rows.spread) for ahead in past])
    return scores(rows.y, rows.seen, plan.origins, mean, weights)


def spread_of(ahead: Ahead, series: float) -> Floats:
    """The model's own spread ``[H]``, not below a small share of the spread of its series."""
    own = np.zeros(len(ahead.mean)) if ahead.spread is None else ahead.spread
    return np.maximum(np.nan_to_num(own, posinf=0.0), LEAST_SPREAD * series)
