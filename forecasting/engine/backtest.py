"""Rolling origin: forecast from past cutoffs, compare with what came, keep every number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.engine import metrics
from forecasting.engine.calendar_steps import Times
from forecasting.engine.errors import SettingsError, TooShortError, gettext_noop
from forecasting.engine.forecast import Forecast, flat
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.frequency import check_horizon
from forecasting.engine.missing import fill
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.watch import ReportProgress, ShouldStop, Watch

Refit = Literal["never", "always"]


@dataclass(frozen=True, eq=False)
class BacktestResult:
    """Out-of-fold forecasts ``[W, S, H, C]`` for W cutoffs, oldest first.

    ``times`` is ``[W, S, H]``, ``cutoffs`` ``[W, S]`` (the last time the window saw). ``metrics``
    holds mae, rmse, mape, smape, wape, bias, mase, rmsse; coverage, width and pinball per level;
    ``per_step`` (lists over H) and ``per_series`` (by label) of the same; None where undefined.
    """

    model: str
    labels: tuple[str, ...]
    cutoffs: Times
    times: Times
    actual: Floats
    mean: Floats
    lower: dict[float, Floats]
    upper: dict[float, Floats]
    metrics: dict[str, Any]

    def frame(self) -> pd.DataFrame:
        """One row per forecast value: ``unique_id, ds, cutoff, y, <model>, <model>-lo-80, …``."""
        windows, series, steps, channels = self.mean.shape

        def tall(times: Times) -> Times:
            shape = (windows, series, channels, steps)
            return np.broadcast_to(times, shape).reshape(-1)

        labels = np.repeat(np.array(self.labels, dtype=object), steps)
        table = {
            "unique_id": np.tile(labels, windows),
            "ds": tall(self.times[:, :, None, :]),
            "cutoff": tall(self.cutoffs[:, :, None, None]),
            "y": _column(self.actual),
            self.model: _column(self.mean),
        }
        for level in sorted(self.lower):
            table[f"{self.model}-lo-{level:g}"] = _column(self.lower[level])
            table[f"{self.model}-hi-{level:g}"] = _column(self.upper[level])
        return pd.DataFrame(table)

    def skill(self, yardstick: BacktestResult, metric: str = "mae") -> float | None:
        """1 - error / error of the yardstick on the same windows; None where undefined."""
        own, other = self.metrics[metric], yardstick.metrics[metric]
        return None if own is None or not other else 1 - own / other


def backtest(  # noqa: PLR0913 -- the public door names every choice
    model: Forecaster,
    panel: Panel,
    *,
    horizon: int,
    windows: int = 5,
    step: int | None = None,
    levels: Sequence[float] = (80, 95),
    refit: Refit = "never",
    progress: ReportProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> BacktestResult:
    """Forecast ``horizon`` steps from the last ``windows`` cutoffs, ``step`` rows apart.

    The newest window ends at the last row; ``step`` is the horizon unless given. ``model`` is not
    changed: a fresh copy is fitted on the rows before the first cutoff only (``refit="never"``) or
    before each cutoff (``"always"``). Raises TooShortError when a series cannot hold the windows.
    """
    steps = check_horizon(horizon)
    stride = steps if step is None else step
    _check(panel, steps, windows, stride)
    watch = Watch(progress, should_stop)
    ends = [steps + (windows - 1 - w) * stride for w in range(windows)]
    forecasts: list[Forecast] = []
    fitted = None
    for place, end in enumerate(ends):
        part = watch.part(place / windows, (place + 1) / windows)
        past = panel.drop_last(end)
        if fitted is None or refit == "always":
            fitted = model.fresh().fit(
                past, horizon=steps, progress=part.report, should_stop=should_stop
            )
        forecasts.append(fitted.predict(past, steps, levels))
        part.report(1.0)
    return collect(panel, forecasts, ends)


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
    stride = model.horizon_ if step is None else step
    _check(panel, model.horizon_, windows, stride)
    ends = [model.horizon_ + (windows - 1 - w) * stride for w in range(windows)]
    oldest = panel.drop_last(ends[0])
    if np.any(oldest.future_times(1) < model.context_.future_times(1)):
        raise SettingsError(
            gettext_noop("The model was trained on rows after the first cutoff; use fewer windows.")
        )
    forecasts = [model.predict(panel.drop_last(end), levels=levels) for end in ends]
    return collect(panel, forecasts, ends)


def collect(panel: Panel, forecasts: Sequence[Forecast], ends: Sequence[int]) -> BacktestResult:
    """Set forecasts made ``ends[w]`` rows before the end of every series beside what came."""
    first = forecasts[0]
    steps = first.mean.shape[1]
    actual = np.stack([_outcome(panel, end, steps) for end in ends])
    mean = np.stack([f.mean for f in forecasts])
    lower = {p: np.stack([f.lower[p] for f in forecasts]) for p in first.lower}
    upper = {p: np.stack([f.upper[p] for f in forecasts]) for p in first.upper}
    past = panel.drop_last(ends[0])
    return BacktestResult(
        model=first.model,
        labels=panel.labels,
        cutoffs=np.stack([_last_times(panel.drop_last(end)) for end in ends]),
        times=np.stack([f.times for f in forecasts]),
        actual=actual,
        mean=mean,
        lower=lower,
        upper=upper,
        metrics=measure(actual, mean, {p: (lower[p], upper[p]) for p in lower}, past),
    )


def measure(
    actual: Floats, mean: Floats, bands: dict[float, tuple[Floats, Floats]], past: Panel
) -> dict[str, Any]:
    """All metrics of ``[W, S, H, C]`` arrays, pooled, per step and per series."""
    scales = _naive_scales(past)
    result = metrics.summary(actual, mean, bands, scales)
    result["per_step"] = metrics.summary(actual, mean, bands, scales, metrics.PER_STEP)
    table = metrics.summary(actual, mean, bands, scales, metrics.PER_SERIES)
    pairs = list(np.ndindex(actual.shape[1], actual.shape[3]))
    result["per_series"] = {
        label: {name: _cell(value, s, c) for name, value in table.items()}
        for label, (s, c) in zip(past.labels, pairs, strict=True)
    }
    return result


def _cell(value: Any, series: int, channel: int) -> Any:
    """One series of a metric ``[S, C]``, or of every level of it."""
    if isinstance(value, dict):
        return {level: inner[series][channel] for level, inner in value.items()}
    return value[series][channel]


def _check(panel: Panel, horizon: int, windows: int, step: int) -> None:
    if windows < 1 or step < 1:
        raise SettingsError(gettext_noop("A backtest needs at least one window and one step."))
    needed = horizon + (windows - 1) * step + 2
    short = int(panel.lengths.argmin())
    rows = int(panel.lengths[short])
    if rows < needed:
        raise TooShortError(
            gettext_noop(
                "Series %(series)s has %(rows)s rows; %(windows)s windows of %(horizon)s steps "
                "need %(needed)s. Ask for fewer windows or a shorter horizon."
            ),
            series=panel.ids[short],
            rows=rows,
            windows=windows,
            horizon=horizon,
            needed=needed,
        )


def _outcome(panel: Panel, end: int, steps: int) -> Floats:
    last = panel.indptr[1:] - end
    return np.stack([panel.values[i : i + steps] for i in last])


def _last_times(panel: Panel) -> Times:
    return panel.frequency.at(panel.starts, panel.lengths - 1)


def _naive_scales(past: Panel) -> tuple[Floats, Floats]:
    shape = (len(past), len(past.channels))
    scales: tuple[Floats, Floats] = (np.full(shape, np.nan), np.full(shape, np.nan))
    season = past.frequency.season_length
    for s, c in np.ndindex(*shape):
        column = past.at(s)[:, c]
        if len(column) > 1 and not np.isnan(column).all():
            scales[0][s, c], scales[1][s, c] = metrics.naive_scales(fill(column), season)
    return scales


def _column(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.concatenate([flat(window) for window in values])
