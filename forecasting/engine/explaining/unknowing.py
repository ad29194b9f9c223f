"""A model that does not know what came after a cutoff, so that its errors there are honest."""

from __future__ import annotations

import numpy as np

from forecasting.engine.baselines import Baseline
from forecasting.engine.errors import Cancelled, EngineError
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.panel import Panel
from forecasting.engine.rolling_origin import RollingOrigin
from forecasting.engine.watch import Watch


def has_seen(model: Forecaster, panel: Panel, origin: RollingOrigin) -> bool:
    """Whether a model that learns has learned from what came after the first cutoff."""
    if isinstance(model, Baseline):
        return False
    oldest = panel.drop_last(origin.ends[0]).future_times(1)
    learned = model.context_.future_times(1)
    if panel.ids != model.context_.ids:
        return bool(oldest.min() < learned.max())
    return bool(np.any(oldest < learned))


def unknowing(
    model: Forecaster, panel: Panel, origin: RollingOrigin, refit: bool | None, watch: Watch
) -> tuple[Forecaster, float]:
    """The model to ask and the share of the work that it took to get it.

    Where nobody insists, a copy that the rows or the time are too short for is done without.
    """
    if refit is None and (model.capabilities.trains_long or not has_seen(model, panel, origin)):
        return model, 0.0
    if refit is False:
        return model, 0.0
    try:
        return _refitted(model, panel, origin, watch.part(0.0, 0.5)), 0.5
    except EngineError as problem:
        if refit or isinstance(problem, Cancelled):
            raise
        return model, 0.5


def _refitted(model: Forecaster, panel: Panel, origin: RollingOrigin, watch: Watch) -> Forecaster:
    """A fresh copy that knows the rows before the first cutoff only."""
    copy = model.fresh().fit(
        origin.training(panel, origin.ends),
        horizon=origin.horizon,
        progress=watch.report,
        should_stop=watch.should_stop,
        budget=watch.budget.share(2),
    )
    copy.limits = model.limits
    return copy
