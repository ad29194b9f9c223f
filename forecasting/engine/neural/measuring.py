"""How wrong a trained network is on the rows it did not learn from, and what follows for it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from forecasting.engine.held_out import Held
from forecasting.engine.intervals import Conformal
from forecasting.engine.neural.answering import Answers
from forecasting.engine.neural.preparing import Prepared
from forecasting.engine.panel import Panel
from forecasting.engine.recalibration import Recalibration
from forecasting.engine.watch import Watch


def measured(
    panel: Panel, ready: Prepared, answers: Answers, watch: Watch
) -> tuple[Conformal, Recalibration | None]:
    """Intervals from the validation rows, and corrections of the quantiles of a distribution."""
    width = ready.contexts.columns[0].shape[1]
    channels, horizon = len(panel.channels), answers.horizon
    bounds = np.repeat(ready.cuts, channels), np.repeat(panel.lengths, channels)
    steps = np.arange(horizon)
    held = Held.between(ready.scaled, bounds, answers.lookback, steps, width)
    watch.check()
    asked = replace(answers, spare=True)
    forecasts = asked.at(held.variates, held.origins)
    intervals = Conformal.fit(panel, ready.scaled, held.scores(ready.scaled, forecasts))
    if answers.network.head.outputs == 1:
        return intervals, None
    watch.check()
    quantiles = asked.quantiles_at(held.variates, held.origins)
    return intervals, Recalibration.fit(quantiles, held.targets, steps, horizon)
