"""The winner at the end: learned anew from all rows, or at least led to the last of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from forecasting.engine.budget import TimeBudget, finite
from forecasting.engine.errors import Cancelled, gettext_noop
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.intervals import VOLATILITY_ROWS
from forecasting.engine.panel import Panel
from forecasting.engine.race.trial import Trial
from forecasting.engine.watch import Watch

# Of the time left, what a fit that keeps within a budget by itself may plan with.
PLANNED: Final = 0.9
# A fit may take so many times what it took before, on a machine that has other work too.
UNSURE: Final = 1.25
FITTING: Final = gettext_noop("Fitting on all rows")


@dataclass(frozen=True, eq=False)
class Renewed:
    """A model that forecasts from the last row; ``refitted`` when it learned from all rows."""

    model: Forecaster
    refitted: bool


def refit_seconds(trial: Trial, growth: float) -> float:
    """How long a fit on ``growth`` times the rows may take, and what comes after it."""
    return UNSURE * trial.fit_seconds * growth + trial.predict_seconds


def renewed(
    trial: Trial,
    panel: Panel,
    growth: float,
    horizon: int,
    watch: Watch,
    checkpoint: Path | None = None,
) -> Renewed:
    """A new fit where the watch's budget holds it, else the tested model with the new rows.

    A fit of many series keeps in the folder ``checkpoint`` what is done, and goes on from there.
    Raises Cancelled when the watch says so; a fit that outlives the budget is given up.
    """
    watch.report(0.0, FITTING)
    if watch.budget.allows(refit_seconds(trial, growth)):
        # What remains is for leading the tested model on, should the fit not be ready.
        left = watch.budget.left() - trial.predict_seconds
        fitted = _fitted(
            trial.model.fresh(),
            panel,
            horizon,
            replace(watch, budget=TimeBudget(finite(left))),
            checkpoint,
        )
        if fitted is not None:
            return Renewed(fitted, refitted=True)
    return Renewed(taken_on(trial.model, panel), refitted=False)


def _fitted(
    model: Forecaster, panel: Panel, horizon: int, watch: Watch, checkpoint: Path | None
) -> Forecaster | None:
    """None when time ran out."""
    deadline = watch.budget
    own = replace(watch, should_stop=lambda: watch.stopping() or not deadline.left())
    plan = TimeBudget(deadline.seconds and PLANNED * deadline.seconds)
    model.on_shards = watch.tell
    try:
        return model.fit(
            panel,
            horizon=horizon,
            progress=lambda done, _: own.report(done, FITTING),
            should_stop=own.stopping,
            checkpoint=None if model.capabilities.trains_long else checkpoint,
            budget=plan,
        )
    except Cancelled:
        watch.check()
        return None
    finally:
        model.on_shards = None


def taken_on(model: Forecaster, panel: Panel) -> Forecaster:
    """With the rows after its training taken in, for every series of ``panel``."""
    if model.context_.ids == panel.ids:
        return model.update(panel)
    # It was tested without the shortest series; they are forecast by the maps of the others.
    rows = max(model.lookback_, VOLATILITY_ROWS) + model.horizon_
    model.context_ = panel.tail(rows)
    return model
