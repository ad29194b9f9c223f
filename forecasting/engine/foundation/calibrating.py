"""How far a network that has never seen these series can be trusted on them.

It forecasts from past cutoffs of every series, newest rows excluded, as it will forecast the
future; nothing is learned but the widths of its intervals.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.calibration import Cutoffs, scores
from forecasting.engine.errors import gettext_noop
from forecasting.engine.foundation.asking import Place, ask
from forecasting.engine.foundation.backbone import Backbone
from forecasting.engine.intervals import Conformal, volatility
from forecasting.engine.missing import Scaled
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.recalibration import MEDIAN, QUANTILES, Recalibration
from forecasting.engine.watch import Watch

# Past forecasts over all series; many series need fewer of each.
MOST_PLACES: Final = 2_000
FEWEST_ROWS: Final = 8


@dataclass(frozen=True, eq=False)
class Calibrated:
    """Widths, corrections of the quantiles, and how many past forecasts are behind them."""

    intervals: Conformal
    recalibration: Recalibration
    places: int


def calibrated(
    backbone: Backbone,
    panel: Panel,
    horizon: int,
    windows: int,
    sizes: tuple[int, int],
    watch: Watch,
) -> Calibrated:
    """From forecasts of past rows; ``sizes`` are the rows of context and of a batch.

    When the watch's budget ends, the batches done so far are the evidence, at least one.
    """
    places = past_places(panel, horizon, windows)
    answers: list[tuple[Place, Floats]] = []
    watch.report(0.0, gettext_noop("Forecasting past windows"))
    for some in ask(backbone, panel, places, horizon, *sizes):
        answers.extend(some)
        watch.report(len(answers) / len(places), gettext_noop("Forecasting past windows"))
        if not watch.budget.left():
            break
    return _learned(panel, answers, horizon)


def past_places(panel: Panel, horizon: int, windows: int) -> list[Place]:
    """At most ``windows`` cutoffs in the newer rows of every series, all series in turn."""
    most = max(1, min(windows, MOST_PLACES // len(panel)))
    turns: list[list[Place]] = [[] for _ in range(most)]
    for series, rows in enumerate(panel.lengths):
        origins = Cutoffs.of(int(rows), horizon, most, FEWEST_ROWS).origins
        order = np.random.default_rng(0).permutation(len(origins))
        for turn, place in enumerate(order):
            turns[turn].append((series, int(origins[place])))
    return [place for turn in turns for place in turn]


def _learned(panel: Panel, answers: list[tuple[Place, Floats]], horizon: int) -> Calibrated:
    scaled = Scaled.of(panel)
    channels = len(panel.channels)
    quantiles = np.empty((len(QUANTILES), len(answers) * channels, horizon))
    actual = np.full(quantiles.shape[1:], np.nan)
    numbers = np.empty(len(actual), dtype=np.int64)
    origins = np.empty(len(actual), dtype=np.int64)
    for row, ((series, origin), found) in enumerate(answers):
        outcome = panel.at(series)[origin : origin + horizon]
        for channel in range(channels):
            place, variate = row * channels + channel, series * channels + channel
            mean, spread = scaled.mean[variate], scaled.spread[variate]
            quantiles[:, place] = (found[:, :, channel] - mean) / spread
            actual[place, : len(outcome)] = (outcome[:, channel] - mean) / spread
            numbers[place], origins[place] = variate, origin
    own = _scores(scaled, quantiles[MEDIAN], numbers, origins)
    steps = np.arange(horizon)
    return Calibrated(
        Conformal.fit(panel, scaled, own),
        Recalibration.fit(quantiles, actual, steps, horizon),
        len(answers),
    )


def _scores(
    scaled: Scaled, middle: Floats, numbers: NDArray[np.int64], origins: NDArray[np.int64]
) -> list[Floats]:
    """Absolute errors over the recent spread ``[n, H]`` of every variate."""
    made = []
    for variate, column in enumerate(scaled.columns):
        mine = numbers == variate
        unit = volatility(column, origins[mine])[:, None]
        made.append(scores(column, scaled.observed[variate], origins[mine], middle[mine], unit))
    return made
