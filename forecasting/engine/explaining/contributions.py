"""What every input of the boosted trees adds to every step of a forecast.

SHAP values by TreeSHAP (Lundberg et al. 2020), computed by the libraries themselves, in the unit
of the data. Anchor, bias and contributions add up to the forecast.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.boosting.boosted import Boosted
from forecasting.engine.boosting.features import inputs_of
from forecasting.engine.boosting.histories import Histories
from forecasting.engine.boosting.sampling import Rows
from forecasting.engine.errors import SettingsError, gettext_noop
from forecasting.engine.explaining.feature_words import GROUPS, Feature, features
from forecasting.engine.explaining.model_inputs import fitted_steps
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.recalibration import MEDIAN
from forecasting.engine.watch import Watch

# Rows of trees' inputs explained between two looks at the clock.
ROWS_AT_ONCE: Final = 2_048


@dataclass(frozen=True, eq=False)
class Contributions:
    """``values`` ``[V, H, F]`` of V series (``labels``), H steps, F ``features``.

    ``anchor`` ``[V, H]`` is what the trees start from, ``bias`` ``[V, H]`` what they say on
    average; with the values they add up to ``forecast`` ``[V, H]``, the mean, or the median where
    quantiles are learned (before quantiles that cross are put in order). ``anchor_kind`` is last,
    mean or seasonal.
    """

    labels: tuple[str, ...]
    features: tuple[Feature, ...]
    anchor_kind: str
    anchor: Floats
    bias: Floats
    values: Floats
    forecast: Floats

    @property
    def weight(self) -> Floats:
        """Mean size of what each feature adds, over series and steps, ``[F]``."""
        sizes: Floats = np.abs(self.values).mean(axis=(0, 1))
        return sizes

    def groups(self) -> tuple[tuple[str, ...], Floats]:
        """Names of the groups G that occur, and what each adds together, ``[V, H, G]``."""
        names = tuple(name for name in GROUPS if any(f.group == name for f in self.features))
        codes = np.array([names.index(f.group) for f in self.features])
        sums = [self.values[:, :, codes == place].sum(axis=2) for place in range(len(names))]
        return names, np.stack(sums, axis=2)


def contributions(
    model: Forecaster, panel: Panel | None = None, watch: Watch | None = None
) -> Contributions:
    """Of the forecast after the last row of ``panel``, by a fitted model of boosted trees.

    Raises SettingsError for another model, NotFittedError, Cancelled.
    """
    if not isinstance(model, Boosted):
        raise SettingsError(
            gettext_noop("%(model)s has no trees to ask; ask for its importances instead."),
            model=model.name,
        )
    watch, horizon = watch or Watch(), fitted_steps(model)
    panel = model.context_ if panel is None else panel
    mean, spread = model.intervals_.moments(panel)
    histories = model.histories(panel)
    tables = _direct if model.trees_.plan.with_step or horizon == 1 else _recursive
    inputs, level = tables(model, histories, horizon)
    added, raw = _asked(model, inputs, watch)
    values = added[:, :-1].reshape(len(mean), horizon, -1) * spread[:, None, None]
    whole = (raw.reshape(level.shape) + level) * spread[:, None] + mean[:, None]
    anchor = level * spread[:, None] + mean[:, None]
    return Contributions(
        labels=panel.labels,
        features=features(model.trees_.plan, panel.frequency),
        anchor_kind=model.trees_.plan.anchor,
        anchor=anchor,
        # As the library says, but for the rounding of its 32-bit sums.
        bias=whole - anchor - values.sum(axis=2),
        values=values,
        forecast=whole,
    )


Tables = tuple[NDArray[np.float32], Floats]


def _direct(model: Boosted, histories: Histories, horizon: int) -> Tables:
    """Inputs ``[V * H, F]`` and anchors ``[V, H]``, on the scale of the trees."""
    origins = histories.lengths
    steps = np.broadcast_to(np.arange(horizon), (len(origins), horizon))
    return inputs_of(model.trees_.plan, histories, Rows(np.arange(len(origins)), origins, steps))


def _recursive(model: Boosted, histories: Histories, horizon: int) -> Tables:
    """The same where every forecast is the past of the next."""
    plan, origins = model.trees_.plan, histories.lengths
    variates, first = np.arange(len(origins)), np.zeros((len(origins), 1), dtype=np.int64)
    steps = np.arange(horizon)
    ahead = model.trees_.forecast(histories, variates, origins, steps)[0]
    past = np.concatenate([histories.windows(variates, origins), ahead], axis=1)
    parts = [
        inputs_of(
            plan,
            histories,
            Rows(variates, origins + step, first),
            past[:, step : step + plan.lookback],
            ahead=step,
        )
        for step in range(horizon)
    ]
    inputs = np.stack([part[0] for part in parts], axis=1)
    return inputs.reshape(-1, inputs.shape[2]), np.concatenate([part[1] for part in parts], axis=1)


def _asked(model: Boosted, inputs: Any, watch: Watch) -> tuple[Floats, Floats]:
    """Contributions and bias ``[n, F + 1]`` and forecasts ``[n]`` of the trees."""
    trees = model.trees_
    if not trees.boosters:
        return np.zeros((len(inputs), inputs.shape[1] + 1)), np.zeros(len(inputs))
    place = MEDIAN if len(trees.boosters) > 1 else 0
    booster, rounds = trees.boosters[place], trees.rounds[place]
    added, raw = [], []
    for first in range(0, len(inputs), ROWS_AT_ONCE):
        watch.report(first / len(inputs), gettext_noop("Asking the trees"))
        some = inputs[first : first + ROWS_AT_ONCE]
        added.append(booster.contributions(some, rounds))
        raw.append(booster.predict(some, rounds))
    return np.concatenate(added), np.concatenate(raw)
