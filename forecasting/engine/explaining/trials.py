"""Forecasts from past cutoffs with one input shuffled, and how much worse they are."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecasting.engine.averaging import mean, positive
from forecasting.engine.backtest_result import outcome
from forecasting.engine.errors import gettext_noop
from forecasting.engine.explaining.importance_settings import ImportanceSettings
from forecasting.engine.explaining.shuffling import Input, shuffled
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.intervals import VOLATILITY_ROWS
from forecasting.engine.metrics import naive_scales
from forecasting.engine.missing import fill
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.rolling_origin import RollingOrigin
from forecasting.engine.watch import Watch


@dataclass(frozen=True, eq=False)
class Loss:
    """``metric`` mae, mse or mase; ``unit`` ``[S, 1, C]`` divides the errors."""

    metric: str
    unit: Floats

    @staticmethod
    def of(metric: str, past: Panel) -> Loss:
        """The scales of mase come from ``past``, the rows before the first cutoff."""
        shape = (len(past), 1, len(past.channels))
        if metric == "auto":
            metric = "mae" if len(past.labels) == 1 else "mase"
        if metric != "mase":
            return Loss(metric, np.ones(shape))
        season = past.frequency.season_length
        columns = (column for s in range(len(past)) for column in past.at(s).T)
        scales = [
            np.nan if np.isnan(c).all() else naive_scales(fill(c), season)[0] for c in columns
        ]
        return Loss(metric, positive(np.array(scales)).reshape(shape[0], shape[2])[:, None])

    def __call__(self, actual: Floats, forecast: Floats) -> Floats:
        """``[S, H, C]``, NaN where nothing was observed."""
        errors = np.abs(actual - forecast) / self.unit
        return errors**2 if self.metric == "mse" else errors


@dataclass(frozen=True, eq=False)
class Trials:
    """``base`` ``[W]`` is the mean loss at every cutoff, ``grown`` ``[B, R, W]`` what shuffling an
    input adds to it, NaN where time ran out; ``per_series`` ``[B, V]`` and ``per_step``
    ``[B, H]`` are means of the same."""

    metric: str
    base: Floats
    grown: Floats
    per_series: Floats
    per_step: Floats


def run(
    model: Forecaster,
    panel: Panel,
    origin: RollingOrigin,
    items: Sequence[Input],
    settings: ImportanceSettings,
    watch: Watch,
) -> Trials:
    """All inputs at every cutoff, once and again; stops early when the budget ends."""
    loss = Loss.of(settings.metric, panel.drop_last(origin.ends[0]))
    cuts = [_Cut.of(model, panel, end, loss) for end in origin.ends]
    grown = np.full((len(items), settings.repeats, len(cuts)), np.nan)
    kept = _Kept.empty(len(items), panel, origin.horizon)
    longest, rounds = 0.0, [(r, w) for r in range(settings.repeats) for w in range(len(cuts))]
    for number, (repeat, window) in enumerate(rounds):
        if number and not watch.budget.allows(longest):
            break
        began = time.monotonic()
        random = np.random.default_rng([settings.seed, repeat, window])
        for place, item in enumerate(items):
            done = (number + place / len(items)) / len(rounds)
            watch.report(done, gettext_noop("Shuffling the inputs"))
            gap = cuts[window].grown(model, item, loss, random)
            grown[place, repeat, window] = mean(gap)
            kept.add(place, gap)
        longest = max(longest, time.monotonic() - began)
    base = np.array([mean(cut.base) for cut in cuts])
    return Trials(loss.metric, base, grown, *kept.means())


@dataclass(frozen=True, eq=False)
class _Cut:
    """What the model may see at one cutoff, what came, and its loss ``[S, H, C]``."""

    seen: Panel
    actual: Floats
    base: Floats

    @staticmethod
    def of(model: Forecaster, panel: Panel, end: int, loss: Loss) -> _Cut:
        """As many rows as a saved model remembers, from which it forecasts as from the whole."""
        rows = max(model.lookback_, VOLATILITY_ROWS) + model.horizon_
        seen = panel.drop_last(end).tail(rows)
        actual = outcome(panel, end, model.horizon_)
        return _Cut(seen, actual, loss(actual, _asked(model, seen)))

    def grown(
        self, model: Forecaster, item: Input, loss: Loss, random: np.random.Generator
    ) -> Floats:
        """What shuffling one input adds to the loss, ``[S, H, C]``."""
        forecast = _asked(model, shuffled(self.seen, item, model.horizon_, random))
        return loss(self.actual, forecast) - self.base


def _asked(model: Forecaster, panel: Panel) -> Floats:
    return model.limits.mean(next(model.means_at(panel, [0])))


@dataclass(eq=False)
class _Kept:
    """Sums and counts of what was added, per series ``[B, S, C]`` and per step ``[B, H]``."""

    series: Floats
    series_count: Floats
    steps: Floats
    steps_count: Floats

    @staticmethod
    def empty(items: int, panel: Panel, horizon: int) -> _Kept:
        series, steps = (items, len(panel), len(panel.channels)), (items, horizon)
        return _Kept(np.zeros(series), np.zeros(series), np.zeros(steps), np.zeros(steps))

    def add(self, place: int, gap: Floats) -> None:
        seen = ~np.isnan(gap)
        values = np.where(seen, gap, 0.0)
        self.series[place] += values.sum(axis=1)
        self.series_count[place] += seen.sum(axis=1)
        self.steps[place] += values.sum(axis=(0, 2))
        self.steps_count[place] += seen.sum(axis=(0, 2))

    def means(self) -> tuple[Floats, Floats]:
        """``[B, V]`` and ``[B, H]``, NaN of nothing."""
        series = self.series / positive(self.series_count)
        return series.reshape(len(series), -1), self.steps / positive(self.steps_count)
