"""Several models on the same cutoffs, side by side, and whether the best is really better."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import pandas as pd

from forecasting.engine.backtest import tested
from forecasting.engine.backtest_result import TIME_RAN_OUT, BacktestResult, restricted
from forecasting.engine.budget import TimeBudget
from forecasting.engine.errors import SettingsError, gettext_noop
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.frequency import check_horizon
from forecasting.engine.panel import Panel
from forecasting.engine.rolling_origin import Refit, RollingOrigin, Scheme
from forecasting.engine.significance import DieboldMariano, compare_windows
from forecasting.engine.watch import ReportProgress, ShouldStop, Watch

YARDSTICK: Final = "seasonal_naive"
Models = Mapping[str, Forecaster] | Sequence[Forecaster]


@dataclass(frozen=True, eq=False)
class Comparison:
    """One BacktestResult per model, all on the same cutoffs, in the order they were given.

    ``significance`` tests the absolute errors of the best model against the yardstick's, each
    series on its own scale; None where the yardstick itself is best.
    """

    results: dict[str, BacktestResult]
    yardstick: str
    best: str
    significance: DieboldMariano | None
    notes: tuple[str, ...] = ()

    def frame(self) -> pd.DataFrame:
        """One row per forecast value, one column per model: ``unique_id, ds, cutoff, y, …``."""
        frames = [result.frame() for result in self.results.values()]
        return pd.concat([frames[0], *(frame.iloc[:, 4:] for frame in frames[1:])], axis=1)

    def ranking(self) -> list[tuple[str, float | None]]:
        """Models with their MASE (MAE where no model has one), the best first, undefined last."""
        name = _ranked_by(self.results)
        scores = {model: result.metrics[name] for model, result in self.results.items()}
        return sorted(scores.items(), key=lambda item: (item[1] is None, item[1] or 0.0))


def compare(  # noqa: PLR0913 -- the same choices as a backtest
    models: Models,
    panel: Panel,
    *,
    horizon: int,
    windows: int = 5,
    stride: int | None = None,
    levels: Sequence[float] = (80, 95),
    refit: Refit = "never",
    scheme: Scheme = "expanding",
    training_rows: int | None = None,
    yardstick: str | None = None,
    budget: TimeBudget | None = None,
    progress: ReportProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> Comparison:
    """Backtest every model on the same cutoffs; the choices are those of ``backtest``.

    Give a mapping to name the columns yourself, for example for two settings of one model. The
    yardstick is seasonal_naive if it takes part, else the first model. Every model gets an equal
    part of what is left of ``budget``; all are judged on the windows that every one of them
    reached. Raises SettingsError without a model, with one name twice or an unknown yardstick.
    """
    named = _named(models)
    against = _yardstick(named, yardstick)
    steps = check_horizon(horizon)
    origin = RollingOrigin(
        steps, windows, steps if stride is None else stride, refit, scheme, training_rows
    )
    watch = Watch(progress, should_stop, budget=budget or TimeBudget())
    results = _tested_all(named, panel, origin, levels, watch)
    best = _best(results, against)
    return Comparison(
        results, against, best, _significance(results, best, against, origin.stride), _said(results)
    )


def _tested_all(
    models: Mapping[str, Forecaster],
    panel: Panel,
    origin: RollingOrigin,
    levels: Sequence[float],
    watch: Watch,
) -> dict[str, BacktestResult]:
    results = {}
    for place, (name, model) in enumerate(models.items()):
        part = watch.part(place / len(models), (place + 1) / len(models))
        part = replace(part, budget=watch.budget.share(len(models) - place))
        result = tested(model, panel, origin, levels, part)
        results[name] = replace(result, model=name)
    reached = min(len(result.mean) for result in results.values())
    past = panel.drop_last(origin.ends[0])
    return {name: restricted(result, past, reached) for name, result in results.items()}


def _named(models: Models) -> dict[str, Forecaster]:
    pairs = models.items() if isinstance(models, Mapping) else [(m.name, m) for m in models]
    named = dict(pairs)
    if not named:
        raise SettingsError(gettext_noop("Name at least one model to compare."))
    if len(named) < len(models):
        names = [name for name, _ in pairs]
        raise SettingsError(
            gettext_noop("Two models are called %(name)s; give them names of their own."),
            name=next(name for name in names if names.count(name) > 1),
        )
    return named


def _yardstick(named: Mapping[str, Forecaster], asked: str | None) -> str:
    if asked is None:
        return YARDSTICK if YARDSTICK in named else next(iter(named))
    if asked not in named:
        raise SettingsError(
            gettext_noop("The yardstick %(name)s is not among the models: %(known)s."),
            name=asked,
            known=", ".join(named),
        )
    return asked


def _ranked_by(results: Mapping[str, BacktestResult]) -> str:
    scaled = any(result.metrics["mase"] is not None for result in results.values())
    return "mase" if scaled else "mae"


def _best(results: Mapping[str, BacktestResult], yardstick: str) -> str:
    """The smallest error; the yardstick where nothing is defined or better."""
    name = _ranked_by(results)
    scores: dict[str, Any] = {model: r.metrics[name] for model, r in results.items()}
    known = {model: score for model, score in scores.items() if score is not None}
    return min(known, key=lambda model: (known[model], model != yardstick), default=yardstick)


def _significance(
    results: Mapping[str, BacktestResult], best: str, yardstick: str, stride: int
) -> DieboldMariano | None:
    if best == yardstick:
        return None
    own, other = results[best], results[yardstick]
    scaled = _ranked_by(results) == "mase"
    return compare_windows(
        own.actual, own.mean, other.mean, stride, scales=own.scales if scaled else None
    )


def _said(results: Mapping[str, BacktestResult]) -> tuple[str, ...]:
    first = next(iter(results.values()))
    if len(first.mean) == first.planned:
        return ()
    return (TIME_RAN_OUT % {"done": len(first.mean), "planned": first.planned},)
