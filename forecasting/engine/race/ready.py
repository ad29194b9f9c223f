"""A model that a race has tested, ready to forecast from the last row without a new fit."""

from __future__ import annotations

from forecasting.engine.budget import TimeBudget
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.panel import Panel
from forecasting.engine.race.blend import Blend
from forecasting.engine.race.renewing import taken_on


def led_on(model: Forecaster, panel: Panel, horizon: int) -> Forecaster:
    """The ``model`` of a Scored event with the rows of ``panel`` after its training taken in.

    The same object; an ensemble gets its members led on in the same way, with the weights and
    intervals that all windows teach.
    """
    if isinstance(model, Blend):
        return model.fit(panel, horizon=horizon, budget=TimeBudget(0.0))
    return taken_on(model, panel)
