"""The inputs a model looks at: groups of past values and every covariate that it uses."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.covariate_blocks import known_names, past_names, static_names
from forecasting.engine.errors import NotFittedError, gettext_noop
from forecasting.engine.explaining import time_words
from forecasting.engine.explaining.calendar_parts import NAMES, group_of
from forecasting.engine.explaining.lag_bands import LagBands
from forecasting.engine.explaining.shuffling import HISTORY, KNOWN, PAST, STATIC, Input
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.panel import Panel


def fitted_steps(model: Forecaster) -> int:
    """The fitted horizon. Raises NotFittedError."""
    if not model.horizon_:
        raise NotFittedError(gettext_noop("Fit the model before asking why it says what it says."))
    return model.horizon_


def inputs_of(model: Forecaster, panel: Panel, lags: Sequence[int] = ()) -> list[Input]:
    """What may be shuffled: the history by group, or by single ``lags``, then the covariates.

    The capabilities of the model say which covariates it uses.
    """
    reach = min(model.lookback_, int(panel.lengths.max()))
    found = _single(panel, lags) if lags else _groups(panel, reach, model.horizon_)
    uses = model.capabilities
    if uses.uses_known_future:
        found += _known(known_names(panel))
    if uses.uses_past:
        found += [Input(n, PAST, _at(k)) for k, n in enumerate(past_names(panel))]
    if uses.uses_static and len(panel) > 1:
        found += _static(static_names(panel))
    return found


def _known(names: Sequence[str]) -> list[Input]:
    """Columns of the calendar go together: none of twenty waves says much without the others."""
    groups: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        groups.setdefault(group_of(name) or f"={name}", []).append(place)
    return [
        Input(NAMES.get(key) or key[1:], KNOWN, np.array(columns, dtype=np.int64))
        for key, columns in groups.items()
    ]


def _at(place: int) -> NDArray[np.int64]:
    return np.array([place], dtype=np.int64)


def _single(panel: Panel, lags: Sequence[int]) -> list[Input]:
    return [Input(time_words.ago(panel.frequency, lag), HISTORY, _at(lag)) for lag in lags]


def _groups(panel: Panel, reach: int, horizon: int) -> list[Input]:
    seasons = tuple(m for m in panel.frequency.season_lengths if 1 < m <= reach)
    bands, lags = LagBands(panel.frequency, seasons), np.arange(1, reach + 1)
    codes = bands.codes(lags, range(horizon))
    names = bands.names
    return [Input(names[code], HISTORY, lags[codes == code]) for code in np.unique(codes)]


def _static(names: Sequence[str]) -> list[Input]:
    """The columns of one text, ``region=north`` and ``region=south``, go together."""
    groups: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        groups.setdefault(name.partition("=")[0], []).append(place)
    return [Input(n, STATIC, np.array(columns, dtype=np.int64)) for n, columns in groups.items()]
