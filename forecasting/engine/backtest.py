"""Rolling origin: forecast from past cutoffs, compare with what came, keep every number."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from forecasting.engine.backtest_result import BacktestResult, collect, measure
from forecasting.engine.budget import TimeBudget
from forecasting.engine.errors import SettingsError, gettext_noop
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.frequency import check_horizon
from forecasting.engine.panel import Panel
from forecasting.engine.refitting import rolled
from forecasting.engine.rolling_origin import Refit, RollingOrigin, Scheme
from forecasting.engine.watch import ReportProgress, ShouldStop, Watch

__all__ = ["BacktestResult", "Refit", "backtest", "collect", "measure", "replay"]


def backtest(  # noqa: PLR0913 -- the public door names every choice
    model: Forecaster,
    panel: Panel,
    *,
    horizon: int,
    windows: int = 5,
    stride: int | None = None,
    step: int | None = None,
    levels: Sequence[float] = (80, 95),
    refit: Refit = "never",
    scheme: Scheme = "expanding",
    training_rows: int | None = None,
    budget: TimeBudget | None = None,
    progress: ReportProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> BacktestResult:
    """Forecast ``horizon`` steps from the last ``windows`` cutoffs, ``stride`` rows apart.

    The newest window ends at the last row; ``stride`` is the horizon unless given (``step`` is its
    older name). ``model`` is not changed: fresh copies are fitted on the rows before the first
    cutoff only (``refit="never"``), before each cutoff (``"always"``) or before every n-th (``n``),
    on all of them or on the last ``training_rows`` (``scheme="sliding"``). When ``budget`` ends,
    the windows done so far are the result, and it says so. Raises TooShortError when a series
    cannot hold the windows; an error of the model names the model and the cutoff.
    """
    steps = check_horizon(horizon)
    apart = next((given for given in (stride, step) if given is not None), steps)
    origin = RollingOrigin(steps, windows, apart, refit, scheme, training_rows)
    return tested(
        model, panel, origin, levels, Watch(progress, should_stop, budget=budget or TimeBudget())
    )


def tested(
    model: Forecaster, panel: Panel, origin: RollingOrigin, levels: Sequence[float], watch: Watch
) -> BacktestResult:
    """The backtest of a rolling origin that is already laid out."""
    origin.check(panel)
    forecasts = rolled(model, panel, origin, levels, watch)
    result = collect(panel, forecasts, origin.ends[: len(forecasts)], origin.windows)
    watch.report(1.0)
    return result


def replay(
    model: Forecaster,
    panel: Panel,
    *,
    windows: int = 5,
    step: int | None = None,
    levels: Sequence[float] = (80, 95),
) -> BacktestResult:
    """Backtest a fitted model as it is, on cutoffs at or after the end of its training rows.

    ``panel`` must hold the training rows and what came after. Raises SettingsError when a cutoff
    lies inside the training rows, where the model has already seen the answer.
    """
    origin = RollingOrigin(model.horizon_, windows, model.horizon_ if step is None else step)
    origin.check(panel)
    oldest = panel.drop_last(origin.ends[0])
    if np.any(oldest.future_times(1) < model.context_.future_times(1)):
        raise SettingsError(
            gettext_noop("The model was trained on rows after the first cutoff; use fewer windows.")
        )
    forecasts = list(model.predict_at(panel, origin.ends, levels))
    return collect(panel, forecasts, origin.ends)
