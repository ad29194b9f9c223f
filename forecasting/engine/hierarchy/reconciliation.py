"""Forecasts of all levels made to add up: means exactly, intervals from joint samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from forecasting.engine.errors import gettext_noop
from forecasting.engine.forecast import Forecast
from forecasting.engine.hierarchy.past_errors import PastErrors
from forecasting.engine.hierarchy.settings import Reconciliation
from forecasting.engine.hierarchy.shaking import blocks_of_columns
from forecasting.engine.hierarchy.sharing import learned_shares
from forecasting.engine.hierarchy.structure import Hierarchy
from forecasting.engine.hierarchy.task import Task
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.watch import Watch

WITHOUT_INTERVALS: Final = gettext_noop(
    "Intervals that add up need past errors of the forecasts; none were given."
)


def reconcile(
    forecast: Forecast,
    hierarchy: Hierarchy,
    how: str | Reconciliation = "mint_shrink",
    *,
    errors: PastErrors | None = None,
    history: Panel | None = None,
    watch: Watch | None = None,
) -> Forecast:
    """The forecast of all series of the hierarchy, in any order, made coherent.

    ``errors`` of past base forecasts, series in the order of ``forecast``, weigh the series of
    wls_var and mint_shrink and give the intervals; ``history`` is the panel of all levels, for
    shares of the past. Raises SettingsError when one is missing or the series differ.
    """
    chosen = Reconciliation(how) if isinstance(how, str) else how
    shares = shares_for(hierarchy, chosen, history)
    ordered = None if errors is None else errors.at(hierarchy.place(forecast.ids))
    task = Task.of(forecast, hierarchy, chosen, ordered, shares)
    made = coherent(task, watch or Watch())
    if forecast.lower and errors is None:
        return replace(made, notes=(*forecast.notes, WITHOUT_INTERVALS))
    return made


def shares_for(hierarchy: Hierarchy, how: Reconciliation, history: Panel | None) -> Floats | None:
    """Shares of the past where the method wants them and the past is there."""
    if history is None or not how.needs_history:
        return None
    return learned_shares(hierarchy, how, history)


def coherent(task: Task, watch: Watch) -> Forecast:
    """The forecast of a task, adding up; with intervals where there are past errors."""
    forecast, hierarchy, places = task.forecast, task.hierarchy, task.places
    mean = np.empty_like(forecast.mean)
    levels = list(forecast.lower) if task.errors is not None else []
    lower = {level: np.empty_like(mean) for level in levels}
    upper = {level: np.empty_like(mean) for level in levels}
    for channel in range(len(forecast.channels)):
        part = watch.part(channel / len(forecast.channels), (channel + 1) / len(forecast.channels))
        bottom, reduce = task.bottom(channel, part.part(0.0, 0.5))
        means = hierarchy.add_up(bottom)
        mean[places, :, channel] = means
        steps = task.samples(channel, bottom, reduce, part.part(0.5, 1.0)) if levels else iter(())
        for step, samples in enumerate(steps):
            ends = _ends(hierarchy.add_up(samples), means[:, step], levels)
            for level, (low, high) in ends.items():
                lower[level][places, step, channel] = low
                upper[level][places, step, channel] = high
    return replace(forecast, mean=mean, lower=lower, upper=upper)


def _ends(
    samples: Floats, mean: Floats, levels: Sequence[float]
) -> dict[float, tuple[Floats, Floats]]:
    """Ends ``[n]`` of the central intervals of samples ``[n, N]``, none inside the mean."""
    tails = [0.5 - level / 200 for level in levels] + [0.5 + level / 200 for level in levels]
    found = np.empty((len(tails), len(samples)))
    for rows in blocks_of_columns(samples.shape[1], len(samples)):
        found[:, rows] = np.quantile(samples[rows], tails, axis=1)
    low, high = np.minimum(found[: len(levels)], mean), np.maximum(found[len(levels) :], mean)
    return {level: (low[k], high[k]) for k, level in enumerate(levels)}
