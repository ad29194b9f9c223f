"""Many series on many workers: fitted, forecast and backtested in shards, with the numbers of one.

For models that learn every series alone. Intervals that several series share are made of the
errors of all shards, so that no number depends on how the panel was dealt out. A model that learns
from all series together would be another one on every shard and is refused; once fitted, its
forecasts can be spread by ``predict_shards``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar, Unpack

from forecasting.engine import artifacts, registry
from forecasting.engine.backtest_result import BacktestResult, collect
from forecasting.engine.errors import SettingsError, TooShortError, gettext_noop
from forecasting.engine.forecast import Forecast
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.frequency import check_horizon
from forecasting.engine.limits import Limits
from forecasting.engine.panel import Panel
from forecasting.engine.rolling_origin import RollingOrigin
from forecasting.engine.sharding.finishing import Finished, finished, predicted
from forecasting.engine.sharding.jobs import Work
from forecasting.engine.sharding.run import How, Run

Result = TypeVar("Result")


@dataclass(frozen=True, eq=False)
class Sharded(Generic[Result]):
    """One answer for the whole panel, in its order.

    ``failures`` say by series why the model has no forecast of it; seasonal naive stands in where
    it can, other series are left out, and ``notes`` of the result name them. ``report`` is that of
    all fits together. ``shards`` made the result, ``tried_again`` counts further tries, ``resumed``
    the series that an earlier run had fitted.
    """

    result: Result
    failures: dict[str, str]
    report: dict[str, Any]
    shards: int
    tried_again: int = 0
    resumed: int = 0


def fit_shards(
    model: str,
    settings: Mapping[str, Any],
    panel: Panel,
    horizon: int,
    *,
    levels: Sequence[float] = (80, 95),
    limits: Limits | None = None,
    **how: Unpack[How],
) -> Sharded[Forecast]:
    """Fit a registered model to shards of ``panel`` and forecast ``horizon`` steps.

    The same numbers as ``create(model, **settings).fit(panel, horizon=horizon).predict(...)``.
    Where and how: see ``How``. When the budget of the watch ends, seasonal naive stands in for the
    series whose turn did not come. Raises SettingsError (also for a model that learns from all
    series together), Cancelled, ComputeError, and TrainingError when no series works.
    """
    work = _work(model, settings, horizon, levels, limits)
    end = finished(Run(work, panel, **how), range(len(panel)))
    return _sharded(replace(end.forecasts[0], notes=(*end.forecasts[0].notes, *end.notes)), end)


def backtest_shards(
    model: str,
    settings: Mapping[str, Any],
    panel: Panel,
    origin: RollingOrigin,
    *,
    levels: Sequence[float] = (80, 95),
    limits: Limits | None = None,
    **how: Unpack[How],
) -> Sharded[BacktestResult]:
    """Backtest a registered model on shards of ``panel``; the rest as for ``fit_shards``.

    The same numbers as ``backtest(create(model, **settings), panel, ...)``. Series too short for
    the windows are left out. Raises TooShortError when all are.
    """
    work = replace(_work(model, settings, origin.horizon, levels, limits), origin=origin)
    short = _too_short(panel, origin)
    places = [place for place, name in enumerate(panel.ids) if name not in short]
    end = finished(Run(work, panel, **how), places, short)
    kept = panel.select(end.forecasts[0].ids)
    result = collect(kept, end.forecasts, origin.ends, origin.windows)
    return _sharded(replace(result, notes=(*result.notes, *end.notes)), end)


def predict_shards(
    fitted: Forecaster,
    panel: Panel | None = None,
    *,
    horizon: int | None = None,
    levels: Sequence[float] = (80, 95),
    **how: Unpack[How],
) -> Sharded[Forecast]:
    """``fitted.predict(panel, horizon, levels)``, some series at a time, for any fitted model.

    Means may differ in the last digits where a model multiplies all series by one matrix.
    """
    data = fitted.context_ if panel is None else panel
    work = Work(
        fitted.name,
        artifacts.settings_of(fitted),
        fitted.horizon_ if horizon is None else check_horizon(horizon),
        tuple(levels),
        limits=fitted.limits,
        custom=_custom(fitted.name),
    )
    end = predicted(Run(work, data, **how), fitted)
    return _sharded(replace(end.forecasts[0], notes=(*end.forecasts[0].notes, *end.notes)), end)


def _work(
    model: str,
    settings: Mapping[str, Any],
    horizon: int,
    levels: Sequence[float],
    limits: Limits | None,
) -> Work:
    """Checked here, so that a mistake is told before anything starts."""
    if registry.model_type(model).capabilities.global_:
        raise SettingsError(
            gettext_noop(
                "%(model)s learns from all series together; on every shard it would be another "
                "model. Fit it in one go and spread its forecasts by predict_shards, or choose a "
                "model that learns every series alone."
            ),
            model=model,
        )
    known = artifacts.settings_of(registry.create(model, **settings))
    steps = check_horizon(horizon)
    return Work(model, known, steps, tuple(levels), None, limits or Limits(), _custom(model))


def _custom(model: str) -> type[Any] | None:
    if model in registry.BUILT_IN:
        return None
    entry = registry.model_type(model)
    return entry.module or entry.forecaster or entry.load()


def _too_short(panel: Panel, origin: RollingOrigin) -> dict[str, str]:
    """Why some series cannot hold the windows."""
    reasons = {}
    for name in panel.ids:
        try:
            origin.check(panel.select([name]))
        except TooShortError as problem:
            reasons[name] = str(problem)
    if len(reasons) == len(panel):
        origin.check(panel)
    return reasons


def _sharded(result: Result, end: Finished) -> Sharded[Result]:
    return Sharded(result, end.failures, end.report, end.shards, end.tried_again, end.resumed)
