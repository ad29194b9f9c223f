"""Conformal intervals: how wrong the model was on past windows, per step and channel.

Split conformal prediction (Vovk et al. 2005; Lei et al. 2018): with n past scores the interval of
level p reaches to the ceil(p (n + 1))-th smallest, which covers a new score with probability at
least p when the scores are exchangeable. A score is the absolute error divided by the square root
of the series' recent standard deviation, so that intervals widen in restless times (locally
weighted conformal, Lei et al. 2018, section 5.2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.blocks import block_ends, block_of
from forecasting.engine.errors import SettingsError, gettext_noop
from forecasting.engine.missing import Scaled
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.score_keeping import keep

VOLATILITY_ROWS: Final = 336
VOLATILITY_FLOOR: Final = 0.02
# Below this many scores per step the series share one pool.
LEAST_OWN_SCORES: Final = 20
LARGEST_TABLE: Final = 20_000_000
SMOOTHING: Final = 13
# Levels for which the table is exact; one between two of them takes the wider.
PROBABILITIES: Final = np.unique(
    np.round(np.r_[np.linspace(0.05, 0.9, 35), np.linspace(0.9, 0.99, 19), 0.995, 0.999], 4)
)
# Levels in percent for which the online correction is kept; others lie between them.
REFERENCE_LEVELS: Final = (50.0, 80.0, 90.0, 95.0, 99.0)


def volatility(column: Floats, origins: NDArray[np.int64]) -> Floats:
    """Scale of the errors to expect at each origin, from the rows before it only.

    ``column`` is scaled to unit spread; returns ``[len(origins)]``, the square root of the standard
    deviation of the last 336 rows before the origin, with a floor.
    """
    sums = np.concatenate([[0.0], np.cumsum(column)])
    squares = np.concatenate([[0.0], np.cumsum(column * column)])
    first = np.maximum(origins - VOLATILITY_ROWS, 0)
    rows = np.maximum(origins - first, 1)
    mean = (sums[origins] - sums[first]) / rows
    variance = (squares[origins] - squares[first]) / rows - mean * mean
    scale: Floats = np.sqrt(np.maximum(np.sqrt(np.maximum(variance, 0.0)), VOLATILITY_FLOOR))
    return scale


@dataclass(frozen=True, eq=False)
class Conformal:
    """Quantiles of past scores.

    ``table`` is ``[K, R, H]`` for the K probabilities; the last of the R rows is the pool of all
    variates, the ones before it belong to the variates of ``ids`` (none when all share the pool).
    ``counts`` ``[H]`` is the smallest number of scores behind a step. ``shift`` ``[V, B, 5]`` is
    the logarithm of what the outcomes since the fit have made of the widths (see online.py).
    """

    ids: tuple[str, ...]
    mean: Floats
    spread: Floats
    table: NDArray[np.float32]
    counts: NDArray[np.int64]
    shift: Floats

    @staticmethod
    def fit(panel: Panel, scaled: Scaled, scores: Sequence[Floats]) -> Conformal:
        """From scores ``[n, H]`` of every variate, NaN where no value was observed."""
        keep(panel.ids, scaled.mean, scaled.spread, scores)
        horizon = scores[0].shape[1]
        counts = np.array([np.sum(~np.isnan(s), axis=0) for s in scores])
        own = (
            counts[:, : max(1, horizon // 2)].min() >= LEAST_OWN_SCORES
            and len(scores) * horizon * len(PROBABILITIES) <= LARGEST_TABLE
        )
        pool = _quantiles(_thinned(scores))
        rows = [*(_quantiles(s) for s in scores), pool] if own and len(scores) > 1 else [pool]
        table = np.stack(rows, axis=1)
        return Conformal(
            panel.ids,
            scaled.mean,
            scaled.spread,
            _smooth(table).astype(np.float32),
            (counts if own else counts.sum(axis=0, keepdims=True)).min(axis=0),
            no_shift(len(scores), horizon),
        )

    def at_steps(self, steps: NDArray[np.int64], horizon: int) -> Conformal:
        """A table learned at some steps only, interpolated to all of them."""
        if len(steps) == horizon:
            return self
        every = np.arange(horizon)
        right = np.minimum(np.searchsorted(steps, every), len(steps) - 1)
        left = np.maximum(right - (steps[right] > every), 0)
        share = (every - steps[left]) / np.maximum(steps[right] - steps[left], 1)
        before, after = (1 - share).astype(np.float32), share.astype(np.float32)
        table = np.empty((*self.table.shape[:2], horizon), dtype=np.float32)
        for level, known in enumerate(self.table):
            table[level] = known[:, left] * before + known[:, right] * after
        return replace(
            self,
            table=table,
            counts=self.counts[left],
            shift=no_shift(len(self.mean), horizon),
        )

    def half_widths(
        self, levels: Sequence[float], panel: Panel, horizon: int
    ) -> dict[float, Floats]:
        """Half the width of the interval, ``[S, H, C]`` for every level in percent."""
        check_levels(levels)
        shape = (len(panel), len(panel.channels))
        variates, mean, spread = self._variates(panel)
        rows = self._rows(variates)
        scaled = Scaled.of(panel, mean, spread)
        scale = spread * np.array([volatility(c, np.array([len(c)]))[0] for c in scaled.columns])
        widths: dict[float, Floats] = {}
        reached: Floats = np.zeros((len(rows), horizon))
        for level in sorted(levels):
            place = int(np.searchsorted(PROBABILITIES, round(level / 100, 6)))
            steps = self._steps(self.table[min(place, len(PROBABILITIES) - 1)][rows], horizon)
            reached = np.maximum(reached, steps * self._factor(level, variates, horizon))
            widths[level] = (reached * scale[:, None]).reshape(*shape, horizon).transpose(0, 2, 1)
        return widths

    def _factor(self, level: float, variates: NDArray[np.int64], horizon: int) -> Floats:
        """What the outcomes made of the widths of one level, ``[V, H]``; 1 for new series."""
        right = int(np.clip(np.searchsorted(REFERENCE_LEVELS, level), 1, len(REFERENCE_LEVELS) - 1))
        low, high = REFERENCE_LEVELS[right - 1], REFERENCE_LEVELS[right]
        share = float(np.clip((level - low) / (high - low), 0.0, 1.0))
        shift = self.shift[:, :, right - 1] * (1 - share) + self.shift[:, :, right] * share
        steps = block_of(np.arange(horizon), block_ends(self.table.shape[2]))
        return np.where(variates[:, None] < 0, 1.0, np.exp(shift[variates][:, steps]))

    def notes(self, levels: Sequence[float]) -> tuple[str, ...]:
        """A sentence when too few past windows stand behind the widest level."""
        fewest = int(self.counts.min())
        top = max(levels, default=0) / 100
        if not levels or fewest >= top / (1 - min(top, 0.999)) - 1e-6:
            return ()
        return (
            gettext_noop(
                "Few past windows stand behind the last steps; their intervals are extrapolated."
            ),
        )

    def moments(self, panel: Panel) -> tuple[Floats, Floats]:
        """Mean and spread ``[V]`` the series had in training; an unknown series has its own."""
        _, mean, spread = self._variates(panel)
        return mean, spread

    def variates(self, panel: Panel) -> NDArray[np.int64]:
        """The number each series and channel had in training ``[V]``; -1 for an unknown one."""
        channels = len(panel.channels)
        if panel.ids == self.ids:
            return np.arange(len(panel) * channels)
        known = {name: index for index, name in enumerate(self.ids)}
        places = np.array([known.get(name, -1) for name in panel.ids], dtype=np.int64)
        numbers = places[:, None] * channels + np.arange(channels)
        return np.where(places[:, None] < 0, -1, numbers).reshape(-1)

    def _variates(self, panel: Panel) -> tuple[NDArray[np.int64], Floats, Floats]:
        """Number, mean and spread of every variate; -1 and its own moments for an unknown one."""
        variates = self.variates(panel)
        mean, spread = self.mean[variates], self.spread[variates]
        if (variates < 0).any():
            fresh = Scaled.of(panel)
            mean = np.where(variates < 0, fresh.mean, mean)
            spread = np.where(variates < 0, fresh.spread, spread)
        return variates, mean, spread

    def _rows(self, variates: NDArray[np.int64]) -> NDArray[np.int64]:
        """Table row of every variate; an unknown series takes the pool."""
        pool = self.table.shape[1] - 1
        return np.where((variates < 0) | (pool == 0), pool, variates)

    def _steps(self, widths: NDArray[np.float32], horizon: int) -> Floats:
        """The first steps; beyond the learned ones the width grows with the square root of time."""
        learned = widths.shape[1]
        if horizon <= learned:
            return widths[:, :horizon].astype(np.float64)
        growth = np.sqrt(np.arange(learned + 1, horizon + 1) / learned)
        return np.concatenate([widths, widths[:, -1:] * growth], axis=1).astype(np.float64)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """For saving."""
        return {
            "mean": self.mean,
            "spread": self.spread,
            "table": self.table,
            "counts": self.counts,
            "shift": self.shift,
        }


def no_shift(variates: int, horizon: int) -> Floats:
    """Nothing learned from outcomes yet."""
    return np.zeros((variates, len(block_ends(horizon)), len(REFERENCE_LEVELS)))


def check_levels(levels: Sequence[float]) -> None:
    """Raise SettingsError on a level outside 0 to 100 percent."""
    for level in levels:
        if not 0 < level < 100:
            raise SettingsError(
                gettext_noop("An interval level lies between 0 and 100 %%, not at %(level)s."),
                level=level,
            )


def _thinned(scores: Sequence[Floats]) -> Floats:
    """A pool of at most some ten million scores, evenly taken from every variate."""
    most = max(1, 10_000_000 // scores[0].shape[1] // len(scores))
    return np.concatenate([s[:: max(1, -(-len(s) // most))] for s in scores])


def _quantiles(scores: Floats) -> Floats:
    """``[K, H]``: the ceil(p (n + 1))-th smallest score of every step.

    Where n is too small for p the largest score is stretched by the tail of a normal distribution;
    a step without any score takes the nearest earlier one, growing with the square root of time.
    """
    ordered = np.sort(scores, axis=0)
    counts = np.sum(~np.isnan(scores), axis=0)
    steps = np.arange(scores.shape[1])
    ranks = np.ceil(PROBABILITIES[:, None] * (counts + 1) - 1e-9).astype(np.int64)
    reached = np.clip(ranks, 1, np.maximum(counts, 1)) - 1
    table = np.where(counts > 0, ordered[reached, steps], 0.0)
    table = table * _stretch(ranks, counts)
    known = np.flatnonzero(counts)
    if len(known) and len(known) < len(steps):
        nearest = known[np.maximum(np.searchsorted(known, steps, side="right") - 1, 0)]
        table = table[:, nearest] * np.sqrt((steps + 1) / (nearest + 1))
    return table


def _stretch(ranks: NDArray[np.int64], counts: NDArray[np.int64]) -> Floats:
    normal = NormalDist()
    stretch = np.ones(ranks.shape)
    for place, step in np.argwhere(ranks > np.maximum(counts, 1)):
        top = counts[step] / (counts[step] + 1) if counts[step] else 0.5
        wanted = normal.inv_cdf((1 + PROBABILITIES[place]) / 2)
        stretch[place, step] = max(1.0, wanted / normal.inv_cdf((1 + top) / 2))
    return stretch


def _smooth(table: Floats) -> Floats:
    """Mean over neighbouring steps, so that a fan has no teeth; keeps the order of the levels."""
    horizon = table.shape[2]
    width = min(SMOOTHING, horizon // 4)
    if width < 2:
        return table
    sums = np.concatenate([np.zeros((*table.shape[:2], 1)), np.cumsum(table, axis=2)], axis=2)
    steps = np.arange(horizon)
    reach = np.minimum(width // 2, np.minimum(steps, horizon - 1 - steps))
    low, high = steps - reach, steps + reach + 1
    smooth: Floats = (sums[:, :, high] - sums[:, :, low]) / (high - low)
    return smooth
