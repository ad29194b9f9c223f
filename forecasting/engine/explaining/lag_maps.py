"""What each past value adds to each step of a linear model, one lag at a time.

An anchored map of centred inputs, y = a'x + (x - 1 a'x)'W, is the map W + a (1 - 1'W), whose
columns sum to one; groups of old lags weigh all their lags the same. Where a model is curved
(logarithms, smoothing, a refining net) its slopes stand for weights: central differences of its own
forecasts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.errors import SettingsError, gettext_noop
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.gram import anchor_weights
from forecasting.engine.linear import Linear
from forecasting.engine.missing import filled_columns
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.stacking.forecaster import LinearStack
from forecasting.engine.stacking.views import ADJUSTED, AFFINE

LINEAR_MODELS: Final = ("linear", "linear_stack", "linear_many")
MOST_LAGS: Final = 2_000
# Central differences over this share of the spread: small against curves, large against rounding.
NUDGE: Final = 0.01
AT_ONCE: Final = 256


@dataclass(frozen=True, eq=False)
class LagTable:
    """``weights`` ``[L, H]`` of one series, the last row first, and the ``constant`` ``[H]`` that
    is added; ``exact`` or slopes at today's values."""

    weights: Floats
    constant: Floats
    exact: bool


def lag_tables(model: Forecaster, panel: Panel) -> Iterator[LagTable]:
    """One table per series and channel, in the order of ``panel.labels``.

    Raises SettingsError for a model that has no weights by lag.
    """
    if isinstance(model, Linear):
        yield from _of_linear(model, panel)
    elif isinstance(model, LinearStack) and _is_affine(model):
        yield from _of_stack(model, panel)
    elif model.name in LINEAR_MODELS:
        for name in panel.ids:
            yield from _slopes(model, panel.select([name]))
    else:
        raise SettingsError(
            gettext_noop("%(model)s has no weights by lag; ask for its importances instead."),
            model=model.name,
        )


def _of_linear(model: Linear, panel: Panel) -> Iterator[LagTable]:
    anchor = anchor_weights(model.anchor_, model.lookback_)
    whole = model.weights_ + anchor[:, None] * (1 - model.weights_.sum(axis=0))
    for column in filled_columns(panel):
        yield LagTable(_folded(whole, len(column)), np.zeros(whole.shape[1]), exact=True)


def _is_affine(model: LinearStack) -> bool:
    return model.refinement_ is None and all(m.view.name in AFFINE for m in model.maps_)


def _of_stack(model: LinearStack, panel: Panel) -> Iterator[LagTable]:
    lookback, horizon = model.lookback_, model.horizon_
    sizes = np.diff(np.append(model.grid_.firsts, lookback))
    variates = model.intervals_.variates(panel)
    columns = filled_columns(panel)
    views = {id(m): m.view.matching(variates, columns) for m in model.maps_}
    along = _effects(model, panel)
    for place, column in enumerate(columns):
        weights, constant = np.zeros((lookback, horizon)), np.zeros(horizon)
        for lag_map in model.maps_:
            grouped = lag_map.of(int(variates[place]), horizon).astype(np.float64)
            full = np.repeat(grouped, sizes, axis=0)
            share = lag_map.share[:horizon]
            weights += full * share
            # The mean of the scale comes back in full, whatever the weights sum to.
            constant += views[id(lag_map)].mean[place] * (1 - full.sum(axis=0)) * share
            if along is not None and lag_map.view.name == ADJUSTED:
                constant += _moved(full, along[place], len(column)) * share
        yield LagTable(_folded(weights, len(column)), constant, exact=True)


def _effects(model: LinearStack, panel: Panel) -> list[Floats] | None:
    used = [m for m in model.maps_ if m.view.name == ADJUSTED]
    if model.effects_ is None or not used:
        return None
    return model.effects_.on(panel, model.intervals_.variates(panel), model.horizon_)


def _moved(full: Floats, along: Floats, rows: int) -> Floats:
    """The effect of the covariates at every step, less what they did to the past, ``[H]``."""
    folded = _folded(full, rows)
    past = along[rows - len(folded) : rows][::-1]
    moved: Floats = along[rows : rows + full.shape[1]] - past @ folded
    return moved


def _folded(oldest_first: Floats, rows: int) -> Floats:
    """The newest lag first; a short past repeats its oldest value, which then weighs for all."""
    weights = oldest_first[::-1]
    if rows >= len(weights):
        return weights
    folded = weights[:rows].copy()
    folded[-1] += weights[rows:].sum(axis=0)
    return folded


def _slopes(model: Forecaster, panel: Panel) -> list[LagTable]:
    """Of one series: all its channels are moved at once, since each is forecast from itself."""
    rows = min(model.lookback_, MOST_LAGS, int(panel.lengths[0]))
    values, panel = np.stack(filled_columns(panel), axis=1)[-rows:], panel.tail(rows)
    horizon = model.horizon_
    nudge = NUDGE * np.where(np.ptp(values, axis=0) > 0, values.std(axis=0), _size(values))
    slopes = np.zeros((rows, horizon, len(panel.channels)))
    for first in range(0, rows, AT_ONCE):
        lags = np.arange(first, min(first + AT_ONCE, rows))
        up, down = (_nudged(model, panel, values, lags, sign * nudge) for sign in (1.0, -1.0))
        slopes[lags] = (up - down) / (2 * nudge)
    now = next(model.means_at(replace(panel, values=values), [0]))[0]
    past = np.einsum("lhc,lc->hc", slopes, values[::-1])
    return [
        LagTable(slopes[:, :, c], now[:, c] - past[:, c], exact=False)
        for c in range(len(panel.channels))
    ]


def _nudged(
    model: Forecaster, panel: Panel, values: Floats, lags: NDArray[np.int64], nudge: Floats
) -> Floats:
    """Forecasts ``[n, H, C]`` of copies of one series, each moved at one of the ``lags``."""
    copies = np.repeat(values[None], len(lags), axis=0)
    copies[np.arange(len(lags)), len(values) - 1 - lags] += nudge
    many = panel.select([panel.ids[0]] * len(lags))
    moved = replace(many, values=copies.reshape(-1, values.shape[1]))
    return next(model.means_at(moved, [0]))


def _size(values: Floats) -> Floats:
    size: Floats = np.maximum(np.abs(values).max(axis=0), 1.0)
    return size
