"""Several models as one: their forecasts of past windows decide how much each may say.

Every member is tested once on past windows it has not learned from; weights (greedy.py,
simplex.py) and intervals come from these out-of-fold forecasts, then the members with a weight
learn from all rows. The intervals are slightly optimistic, since the weights were chosen on the
same windows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine import members
from forecasting.engine.capabilities import Capabilities
from forecasting.engine.ensemble_settings import EnsembleSettings
from forecasting.engine.errors import TooShortError, gettext_noop
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.greedy import greedy
from forecasting.engine.intervals import LEAST_OWN_SCORES, Conformal, volatility
from forecasting.engine.missing import Scaled
from forecasting.engine.out_of_fold import OutOfFold
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.registry import create
from forecasting.engine.scaled_metrics import naive_scales
from forecasting.engine.simplex import simplex_by_step
from forecasting.engine.watch import Watch

# Of the work and of the time, what testing the members takes; the rest is their final fit.
TESTING: Final = 0.5
# A smaller share of a forecast is not worth fitting, keeping and asking a model for.
LEAST_WEIGHT: Final = 1e-3


class Ensemble(Forecaster):
    """Weighted mean or median of its members; settings in EnsembleSettings.

    A member that the history is too short for is left out. ``weights_`` is ``[H, M]``, empty for
    the median.
    """

    name = "ensemble"
    settings_type = EnsembleSettings
    capabilities = Capabilities(global_=True, uses_known_future=True)

    members_: list[Forecaster]
    weights_: Floats

    def _fit(self, panel: Panel, horizon: int, watch: Watch, checkpoint: Path | None) -> None:
        candidates = [create(name) for name in self.settings.members]
        testing = watch.part(0.0, TESTING)
        if watch.budget.seconds is not None:
            testing = replace(testing, budget=watch.budget.share(2))
        past = OutOfFold.of(candidates, panel, horizon, self.settings.windows, testing)
        if past is not None:
            weights = self._weigh(past, panel)
            candidates = [candidates[place] for place in past.models]
        else:
            weights = np.full((horizon, len(candidates)), 1 / len(candidates))
        kept = np.flatnonzero(weights.max(axis=0) > LEAST_WEIGHT)
        wanted = [candidates[place] for place in kept]
        fitted = _fitted(wanted, panel, horizon, watch.part(TESTING, 1.0), checkpoint)
        self.members_ = [wanted[place] for place in fitted]
        self.weights_ = _normalised(weights[:, kept[fitted]])
        self.lookback_ = max(member.lookback_ for member in self.members_)
        if past is None:
            self.intervals_ = self.members_[0].intervals_
        else:
            known = [int(place) for place in kept[fitted]]
            self.intervals_ = self._intervals(past, panel, self._combined(past.forecasts[known]))
        self._tell(past)

    def _weigh(self, past: OutOfFold, panel: Panel) -> Floats:
        """Weights ``[H, M]`` from errors in seasonal naive errors of their series."""
        horizon = past.actual.shape[2]
        unit = _units(panel).reshape(len(panel), 1, -1)[past.series]
        actual, forecasts = past.actual / unit, past.forecasts / unit
        if self.settings.how == "simplex":
            return simplex_by_step(actual, forecasts)
        if self.settings.how == "greedy":
            return np.tile(greedy(actual, forecasts), (horizon, 1))
        return np.full((horizon, len(forecasts)), 1 / len(forecasts))

    def _combined(self, forecasts: Floats) -> Floats:
        """One forecast ``[..., H, C]`` of the members' ``[M, ..., H, C]``."""
        if self.settings.how == "median":
            return np.median(forecasts, axis=0)
        steps = forecasts.shape[-2]
        combined: Floats = np.einsum("hm,m...hc->...hc", self.weights_[:steps], forecasts)
        return combined

    def _intervals(self, past: OutOfFold, panel: Panel, combined: Floats) -> Conformal:
        """From the errors of the combined out-of-fold forecasts."""
        scaled = Scaled.of(panel)
        channels, horizon = len(panel.channels), combined.shape[2]
        scores = [np.zeros((0, horizon))] * len(scaled.columns)
        gaps = np.abs(past.actual - combined)
        for place, s in enumerate(past.series):
            origins = panel.lengths[s] - np.array(past.ends)
            for c in range(channels):
                v = s * channels + c
                unit = scaled.spread[v] * volatility(scaled.columns[v], origins)
                scores[v] = gaps[:, place, :, c] / unit[:, None]
        intervals = Conformal.fit(panel, scaled, scores)
        return intervals if past.independent() >= LEAST_OWN_SCORES else _pooled(intervals, scores)

    def _tell(self, past: OutOfFold | None) -> None:
        names = [member.name for member in self.members_]
        self.report_ = {
            "windows": 0 if past is None else len(past.ends),
            "weights": {
                name: round(float(weight), 4)
                for name, weight in zip(names, self.weights_.mean(axis=0), strict=True)
            },
            "left_out": [name for name in self.settings.members if name not in names],
        }

    def _predict(self, panel: Panel, horizon: int) -> Floats:
        answers = [member.predict(panel, horizon, levels=()) for member in self.members_]
        return self._combined(np.stack([answer.mean for answer in answers]))

    def _predict_at(self, panel: Panel, ends: Sequence[int], horizon: int) -> Iterator[Floats]:
        answers = [member.predict_at(panel, ends, levels=()) for member in self.members_]
        for together in zip(*answers, strict=True):
            means = np.stack([answer.mean[:, :horizon] for answer in together])
            yield self._combined(means)

    def _update(self, longer: Panel, new: int) -> None:
        super()._update(longer, new)
        for member in self.members_:
            member.update(longer)

    def learned_arrays(self) -> dict[str, NDArray[Any]]:
        return {"weights": self.weights_} | members.arrays_of(self.members_)

    def learned_facts(self) -> dict[str, Any]:
        return {"members": members.facts_of(self.members_)}

    def restore(self, arrays: dict[str, Any], facts: dict[str, Any]) -> None:
        self.weights_ = arrays["weights"]
        self.members_ = members.restored(facts["members"], arrays, self.context_, self.horizon_)


def _units(panel: Panel) -> Floats:
    """What errors are measured in ``[V]``: as MASE does, or the spread where that is zero."""
    scaled, season = Scaled.of(panel), panel.frequency.season_length
    naive = np.array([naive_scales(column, season)[0] for column in scaled.columns])
    units: Floats = scaled.spread * np.where(naive > 0, naive, 1.0)
    return units


def _fitted(
    wanted: Sequence[Forecaster],
    panel: Panel,
    horizon: int,
    watch: Watch,
    checkpoint: Path | None,
) -> list[int]:
    """Fit all on all rows; the places of those the rows are enough for. Raises if there is none."""
    done: list[int] = []
    for place, member in enumerate(wanted):
        part = watch.part(place / len(wanted), (place + 1) / len(wanted))
        part.report(0.0, gettext_noop("Fitting on all rows"))
        try:
            member.fit(
                panel,
                horizon=horizon,
                progress=part.report,
                should_stop=part.should_stop,
                checkpoint=checkpoint and checkpoint / member.name,
                budget=watch.budget.share(len(wanted) - place),
            )
        except TooShortError:
            if place + 1 == len(wanted) and not done:
                raise
            continue
        done.append(place)
    return done


def _pooled(intervals: Conformal, scores: list[Floats]) -> Conformal:
    """All series share one pool, because the windows of a single one tell too little."""
    counts = np.sum([np.sum(~np.isnan(own), axis=0) for own in scores], axis=0)
    return replace(intervals, table=intervals.table[:, -1:], counts=counts)


def _normalised(weights: Floats) -> Floats:
    """Every row sums to 1; equal weights where nothing is left."""
    total = weights.sum(axis=1, keepdims=True)
    equal = np.full_like(weights, 1 / weights.shape[1])
    return np.where(total > 0, weights / np.where(total > 0, total, 1.0), equal)
