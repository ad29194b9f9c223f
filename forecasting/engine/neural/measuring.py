"""How wrong a trained network is on the rows it did not learn from, and what follows for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from forecasting.engine.boosting.quantile import Recalibration, nested
from forecasting.engine.held_out import Held
from forecasting.engine.intervals import Conformal, check_levels, no_shift
from forecasting.engine.neural.answering import Answers
from forecasting.engine.neural.preparing import Prepared
from forecasting.engine.panel import Floats, Panel
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


def bands(
    recalibration: Recalibration,
    intervals: Conformal,
    asked: tuple[Panel, Floats, Floats],
    levels: Sequence[float],
) -> tuple[Mapping[float, Floats], Mapping[float, Floats]]:
    """Recalibrated quantiles; widened by what the outcomes since the fit have taught.

    ``asked`` are the panel, the mean ``[S, H, C]`` and the quantiles ``[Q, S, H, C]``.
    """
    check_levels(levels)
    panel, mean, quantiles = asked
    _, spread = intervals.moments(panel)
    scale = spread.reshape(len(panel), 1, -1)
    learned = intervals.half_widths(levels, panel, mean.shape[1])
    horizon = intervals.table.shape[2]
    still = replace(intervals, shift=no_shift(len(intervals.mean), horizon))
    first = still.half_widths(levels, panel, mean.shape[1])
    found = {}
    for level in levels:
        low, high = recalibration.bands(quantiles, scale, level)
        wide = first[level] > 0
        factor = np.where(wide, learned[level], 1.0) / np.where(wide, first[level], 1.0)
        found[level] = mean - (mean - low) * factor, mean + (high - mean) * factor
    return nested(found, mean)
