"""The ensemble of a race: weights from the forecasts that the models made anyway.

Its line of the leaderboard is honest: weights and intervals of every window are learned from the
other windows only. What it delivers learns them from all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from forecasting.engine.backtest_result import BacktestResult, collect
from forecasting.engine.budget import TimeBudget, finite
from forecasting.engine.ensembles import LEAST_WEIGHT, Ensemble
from forecasting.engine.forecast import Forecast
from forecasting.engine.limits import Limits
from forecasting.engine.out_of_fold import OutOfFold
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.race.course import Course
from forecasting.engine.race.leading import ENSEMBLE
from forecasting.engine.race.renewing import Renewed, refit_seconds, renewed
from forecasting.engine.race.trial import Trial
from forecasting.engine.watch import Watch

FEWEST_WINDOWS: Final = 3
FOLDS: Final = 6
FREE: Final = Limits()


class Blend(Ensemble):
    """An ensemble whose members have been tested; ``fit`` renews those with a weight.

    Saved, it is an ordinary ensemble.
    """

    trials: Sequence[Trial]
    past: OutOfFold
    growth: float = 1.0
    renewed_: list[Renewed]

    def learn(self, past: OutOfFold, panel: Panel) -> None:
        """Weights and intervals from these forecasts of ``panel``."""
        weights = self._weigh(past, panel)
        weights = np.where(weights > LEAST_WEIGHT, weights, 0.0)
        self.weights_ = weights / weights.sum(axis=1, keepdims=True)
        self.intervals_ = self._intervals(past, panel, self._combined(past.forecasts))

    def window(self, means: Floats, seen: Panel, levels: Sequence[float]) -> Forecast:
        """The forecast after ``seen`` from those of the members ``[M, S, H, C]``."""
        mean = self._combined(means)
        lower, upper = self._bands(seen, mean, levels)
        return Forecast(
            model=ENSEMBLE,
            ids=seen.ids,
            channels=seen.channels,
            times=seen.future_times(mean.shape[1]),
            mean=self.limits.mean(mean),
            lower={level: self.limits.lower(band) for level, band in lower.items()},
            upper={level: self.limits.upper(band) for level, band in upper.items()},
        )

    def _fit(self, panel: Panel, horizon: int, watch: Watch, checkpoint: Path | None) -> None:
        self.learn(self.past, panel)
        kept = [int(place) for place in np.flatnonzero(self.weights_.max(axis=0) > 0)]
        self.renewed_ = []
        waiting = [refit_seconds(self.trials[member], self.growth) for member in kept]
        for place, member in enumerate(kept):
            part = watch.part(place / len(kept), (place + 1) / len(kept))
            own = max(0.0, watch.budget.left() - sum(waiting[place + 1 :]))
            part = replace(part, budget=TimeBudget(finite(own)))
            self.renewed_.append(renewed(self.trials[member], panel, self.growth, horizon, part))
        self.members_ = [one.model for one in self.renewed_]
        self.weights_ = self.weights_[:, kept]
        self.lookback_ = max(member.lookback_ for member in self.members_)
        self._tell(self.past)

    def _tell(self, past: OutOfFold | None) -> None:
        super()._tell(past)
        self.report_["refitted"] = [one.refitted for one in self.renewed_]


def blend_of(
    trials: Sequence[Trial], course: Course, how: str, limits: Limits = FREE
) -> tuple[Blend, BacktestResult]:
    """The ensemble of tested models, unfitted, and its honest backtest."""
    past = _past(trials, np.arange(len(course.tested)), course)
    settings: dict[str, Any] = {
        "members": tuple(trial.model.name for trial in trials),
        "how": how,
        "windows": course.windows,
    }
    blend, tested = Blend(**settings), Blend(**settings)
    blend.limits = tested.limits = limits
    result = _tested(tested, past, course)
    places = [course.panel.ids.index(name) for name in course.tested.ids]
    blend.past = replace(past, series=np.array(places))
    blend.trials, blend.growth = trials, course.growth()
    return blend, result


def _past(trials: Sequence[Trial], series: Any, course: Course) -> OutOfFold:
    results = [trial.result for trial in trials if trial.result is not None]
    forecasts = np.stack([result.mean for result in results])
    models = tuple(range(len(results)))
    return OutOfFold(models, forecasts, results[0].actual, series, tuple(course.ends))


def _tested(blend: Blend, past: OutOfFold, course: Course) -> BacktestResult:
    """Every block of windows is forecast with what the other ones teach."""
    forecasts: list[Forecast] = []
    places = np.arange(course.windows)
    for block in np.array_split(places, min(FOLDS, course.windows)):
        blend.learn(_only(past, np.setdiff1d(places, block)), course.tested)
        for place in block:
            seen = course.tested.drop_last(course.ends[place])
            forecasts.append(blend.window(past.forecasts[:, place], seen, course.levels))
    return collect(course.tested, forecasts, course.ends)


def _only(past: OutOfFold, places: Any) -> OutOfFold:
    return replace(
        past,
        forecasts=past.forecasts[:, places],
        actual=past.actual[places],
        ends=tuple(past.ends[place] for place in places),
    )
