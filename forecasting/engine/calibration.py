"""Intervals of models that are fitted to every series alone.

A model fitted on the earlier rows of a series forecasts from cutoffs in the later ones: by the same
parameters on more rows where the model can filter them, so that one fit serves all cutoffs. Its
errors become the scores of split conformal prediction (see intervals.py).

A model with a spread of its own per step divides its errors by it; the interval is then the model's
own one, stretched per level and step by what the past errors needed (conformalised intervals in the
ratio form, Romano, Patterson, Candès 2019; Sousa et al. 2022). One table for all levels keeps wider
levels outside narrower ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.intervals import Conformal, volatility
from forecasting.engine.missing import Scaled
from forecasting.engine.online import PredictAt, judged
from forecasting.engine.panel import Floats, Panel

SpreadOf = Callable[[Panel, int], Floats]
FITTED_SHARE: Final = 0.7
# Cutoffs that should know the last step of the horizon.
FULL_CUTOFFS: Final = 8
# The least spread a model may claim, as a share of the spread of its series.
LEAST_SPREAD: Final = 1e-3


@dataclass(frozen=True, eq=False)
class Cutoffs:
    """Of ``rows`` the model is fitted on the first ``fitted``; it forecasts after ``origins``."""

    rows: int
    fitted: int
    origins: NDArray[np.int64]

    @staticmethod
    def of(rows: int, horizon: int, most: int, needed: int) -> Cutoffs:
        """At most ``most`` cutoffs in the last three tenths, or more where the horizon is long.

        The fit keeps ``needed`` rows, or a third of the rows if they are fewer.
        """
        wanted = min(int(FITTED_SHARE * rows), rows - horizon - FULL_CUTOFFS)
        least = min(max(rows // 3, needed), rows - 1)
        fitted = max(wanted, least, 1)
        count = min(most, rows - fitted)
        origins = np.unique(np.linspace(fitted, rows - 1, count).astype(np.int64))
        return Cutoffs(rows, fitted, origins)


def scores(
    y: Floats, seen: NDArray[np.bool_], origins: NDArray[np.int64], mean: Floats, weights: Floats
) -> Floats:
    """Absolute errors of ``mean`` ``[n, H]`` over ``weights`` ``[n, 1 or H]``, NaN if not seen."""
    targets = origins[:, None] + np.arange(mean.shape[1])
    inside = np.minimum(targets, len(y) - 1)
    known = (targets < len(y)) & seen[inside]
    return np.where(known, np.abs(y[inside] - mean) / weights, np.nan)


def scales(intervals: Conformal, panel: Panel) -> Floats:
    """What the half widths of ``intervals`` are multiples of, ``[S, C]``."""
    mean, spread = intervals.moments(panel)
    columns = Scaled.of(panel, mean, spread).columns
    recent = np.array([volatility(c, np.array([len(c)]))[0] for c in columns])
    unit: Floats = (spread * recent).reshape(len(panel), len(panel.channels))
    return unit


@dataclass(frozen=True, eq=False)
class OwnSpread(Conformal):
    """Intervals in multiples of the model's own spread ``[S, H, C]`` rather than of the recent one.

    Beyond the learned steps the last multiple goes on, for the spread itself grows.
    """

    spread_of: SpreadOf

    @staticmethod
    def over(intervals: Conformal, spread_of: SpreadOf) -> OwnSpread:
        """The same table, read with another scale."""
        own = {field.name: getattr(intervals, field.name) for field in fields(Conformal)}
        return OwnSpread(**own, spread_of=spread_of)

    def half_widths(
        self, levels: Sequence[float], panel: Panel, horizon: int
    ) -> dict[float, Floats]:
        """Half the width of the interval, ``[S, H, C]`` for every level in percent."""
        steps = np.minimum(np.arange(horizon), self.table.shape[2] - 1)
        unit = scales(self, panel)[:, None, :]
        widths = super().half_widths(levels, panel, min(horizon, self.table.shape[2]))
        spread = self.spread_of(panel, horizon)
        return {level: (width / unit)[:, steps] * spread for level, width in widths.items()}


def judged_by_spread(
    intervals: Conformal, panel: Panel, new: int, predict_at: PredictAt, spread_of: SpreadOf
) -> Conformal:
    """As online.judged, for intervals in multiples of the model's own spread."""
    own = OwnSpread.over(intervals, spread_of)
    return replace(intervals, shift=judged(own, panel, new, predict_at).shift)
