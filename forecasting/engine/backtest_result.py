"""Out-of-fold forecasts beside what came, as arrays, as rows and as figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.engine import metrics
from forecasting.engine.calendar_steps import Times
from forecasting.engine.errors import gettext_noop
from forecasting.engine.forecast import Forecast, flat
from forecasting.engine.missing import fill
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.rolling_origin import cutoffs

TIME_RAN_OUT: Final = gettext_noop("Time ran out: %(done)s of %(planned)s windows were tested.")


@dataclass(frozen=True, eq=False)
class BacktestResult:
    """Out-of-fold forecasts ``[W, S, H, C]`` for W cutoffs, oldest first.

    ``times`` is ``[W, S, H]``, ``cutoffs`` ``[W, S]`` (the last time the window saw). ``metrics``
    holds mae, rmse, mape, smape, wape, bias, mase, rmsse, wql, crps; coverage, width, pinball,
    interval_score and msis per level; ``per_step`` (lists over H) and ``per_series`` (by label) of
    the same; None where undefined. ``planned`` windows were asked for; where time ran out before
    the last one, W is smaller and ``notes`` say so. ``scales`` are the naive errors ``[S, C]``
    before the first cutoff that mase divides by.
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
    planned: int = 0
    notes: tuple[str, ...] = ()
    scales: Floats | None = None

    @property
    def metric(self) -> str:
        """What models are ranked by: mase, or mae where no series has a scale."""
        return "mae" if self.metrics["mase"] is None else "mase"

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


def collect(
    panel: Panel, forecasts: Sequence[Forecast], ends: Sequence[int], planned: int = 0
) -> BacktestResult:
    """Set forecasts made ``ends[w]`` rows before the end of every series beside what came."""
    first = forecasts[0]
    steps = first.mean.shape[1]
    actual = np.stack([outcome(panel, end, steps) for end in ends])
    mean = np.stack([f.mean for f in forecasts])
    lower = {p: np.stack([f.lower[p] for f in forecasts]) for p in first.lower}
    upper = {p: np.stack([f.upper[p] for f in forecasts]) for p in first.upper}
    past = panel.drop_last(ends[0])
    return BacktestResult(
        model=first.model,
        labels=panel.labels,
        cutoffs=np.stack([cutoffs(panel, end) for end in ends]),
        times=np.stack([f.times for f in forecasts]),
        actual=actual,
        mean=mean,
        lower=lower,
        upper=upper,
        metrics=measure(actual, mean, {p: (lower[p], upper[p]) for p in lower}, past),
        planned=max(planned, len(ends)),
        notes=_shortened(len(ends), planned),
        scales=naive_scales_of(past)[0],
    )


def restricted(result: BacktestResult, past: Panel, windows: int) -> BacktestResult:
    """Only the oldest ``windows``, with figures of their own; ``past`` lies before the first."""
    if windows == len(result.mean):
        return result
    lower = {p: band[:windows] for p, band in result.lower.items()}
    upper = {p: band[:windows] for p, band in result.upper.items()}
    actual, mean = result.actual[:windows], result.mean[:windows]
    return replace(
        result,
        cutoffs=result.cutoffs[:windows],
        times=result.times[:windows],
        actual=actual,
        mean=mean,
        lower=lower,
        upper=upper,
        metrics=measure(actual, mean, {p: (lower[p], upper[p]) for p in lower}, past),
        notes=_shortened(windows, result.planned),
    )


def measure(
    actual: Floats, mean: Floats, bands: dict[float, tuple[Floats, Floats]], past: Panel
) -> dict[str, Any]:
    """All metrics of ``[W, S, H, C]`` arrays, pooled, per step and per series."""
    scales = naive_scales_of(past)
    result = metrics.summary(actual, mean, bands, scales)
    result["per_step"] = metrics.summary(actual, mean, bands, scales, metrics.PER_STEP)
    table = metrics.summary(actual, mean, bands, scales, metrics.PER_SERIES)
    pairs = list(np.ndindex(actual.shape[1], actual.shape[3]))
    result["per_series"] = {
        label: {name: _cell(value, s, c) for name, value in table.items()}
        for label, (s, c) in zip(past.labels, pairs, strict=True)
    }
    return result


def outcome(panel: Panel, end: int, steps: int) -> Floats:
    """What came in the ``steps`` rows from ``end`` rows before the end, ``[S, steps, C]``."""
    last = panel.indptr[1:] - end
    return np.stack([panel.values[i : i + steps] for i in last])


def _shortened(done: int, planned: int) -> tuple[str, ...]:
    if done >= planned:
        return ()
    return (TIME_RAN_OUT % {"done": done, "planned": planned},)


def _cell(value: Any, series: int, channel: int) -> Any:
    """One series of a metric ``[S, C]``, or of every level of it."""
    if isinstance(value, dict):
        return {level: inner[series][channel] for level, inner in value.items()}
    return value[series][channel]


def naive_scales_of(past: Panel) -> tuple[Floats, Floats]:
    """Mean absolute and mean squared seasonal differences ``[S, C]``, NaN where there are none."""
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
