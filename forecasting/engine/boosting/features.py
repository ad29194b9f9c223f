"""The inputs of the trees: one row per window and step ahead.

The past (lags, moving statistics, the same phase of earlier seasons, past covariates) counts from
the anchor of the window; the calendar, holidays and known covariates are those of the step that is
forecast; static covariates are those of the series.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.boosting.anchors import aligned, anchored, observed_mean
from forecasting.engine.boosting.histories import Histories
from forecasting.engine.boosting.plan import Plan
from forecasting.engine.boosting.sampling import Rows
from forecasting.engine.panel import Floats

Inputs = NDArray[np.float32]


def inputs_of(
    plan: Plan,
    histories: Histories,
    rows: Rows,
    windows: Floats | None = None,
    ahead: int = 0,
) -> tuple[Inputs, Floats]:
    """Inputs ``[n * k, F]`` in the order of ``plan.names()`` and anchors ``[n, k]``.

    ``windows`` ``[n, L]`` stand for the past where its last ``ahead`` rows were forecast; past
    covariates are then those of the rows before, for nobody knows newer ones.
    """
    if windows is None:
        windows = histories.windows(rows.variates, rows.origins)
    level = anchored(windows, rows.steps, plan.anchor, plan.season)
    n, k = rows.steps.shape
    table = np.empty((n, k, len(plan.names())), dtype=np.float32)
    place = 0
    past = histories.past_windows(rows.variates, rows.origins - ahead)
    for block in (
        *_blocks(plan, histories, rows, windows, level),
        *(plan.past_lags.of(past[:, place])[:, None] for place in range(len(plan.past))),
        histories.static_rows(rows.variates)[:, None],
    ):
        table[:, :, place : place + block.shape[2]] = block
        place += block.shape[2]
    assert place == table.shape[2]
    return table.reshape(n * k, -1), level


def _blocks(
    plan: Plan, histories: Histories, rows: Rows, windows: Floats, level: Floats
) -> Iterator[Any]:
    """Blocks ``[n, 1 or k, f]`` in the order of the names."""
    yield _codes(plan, histories, rows)
    if plan.with_step:
        yield rows.steps[:, :, None] + 1
    lags = plan.lags
    yield lags.of(windows)[:, None, :] - level[:, :, None] * np.array(lags.levels)
    for season in plan.seasons:
        shown, counted = plan.counts(season)
        phases = aligned(windows, rows.steps, season, counted) - level[:, :, None]
        yield phases[:, :, :shown]
        yield observed_mean(phases)[:, :, None]
    times = histories.times(rows.variates, rows.targets())
    for features in (plan.calendar, plan.holidays):
        if features is not None:
            yield features.apply(times)
    if plan.known:
        yield _covariates(plan, histories, rows)


def _codes(plan: Plan, histories: Histories, rows: Rows) -> Floats:
    """Series and channel as numbers; NaN for a series that was not learned."""
    learned = {name: float(place) for place, name in enumerate(plan.ids)}
    codes = np.array([learned.get(name, np.nan) for name in histories.panel.ids])
    found = {
        "series": codes[histories.series(rows.variates)],
        "channel": (rows.variates % plan.channels).astype(np.float64),
    }
    chosen = [found[name] for name in plan.categories()]
    return np.stack(chosen, axis=1)[:, None] if chosen else np.zeros((len(rows), 1, 0))


def _covariates(plan: Plan, histories: Histories, rows: Rows) -> Floats:
    """Each covariate at the step, and how far it is from the rows of the anchor."""
    values = histories.known_values(rows.variates, rows.targets())
    past = histories.known_windows(rows.variates, rows.origins)
    found = []
    for place in range(len(plan.known)):
        before = anchored(past[:, place], rows.steps, plan.anchor, plan.season)
        found += [values[:, :, place], values[:, :, place] - before]
    return np.stack(found, axis=2)
