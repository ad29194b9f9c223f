"""The past cutoffs every member is scored on, the same for all of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from forecasting.engine.folds import Fold
from forecasting.engine.missing import Scaled
from forecasting.engine.panel import Floats
from forecasting.engine.stacking.plan import Member
from forecasting.engine.stacking.pooling import anchor_of, pooled
from forecasting.engine.windows import strided_origins, targets

MOST_PER_CHANNEL: Final = {"fast": 400, "balanced": 800, "thorough": 800}
LEAST_PER_CHANNEL: Final = 40
MOST_IN_ALL: Final = 13_000

Singles = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Held:
    """Windows of one channel kept back in one fold: cutoffs ``[n]`` and what came, ``[n, s]``.

    ``known`` is 1 where a target was observed; ``targets`` is 0 elsewhere. ``naive`` ``[s]`` is the
    squared error of repeating the last value and ``counts`` ``[s]`` how many targets were seen.
    """

    column: Floats
    origins: NDArray[np.int64]
    targets: Singles
    known: Singles

    @staticmethod
    def of(scaled: Scaled, variate: int, fold: Fold, steps: NDArray[np.int64], most: int) -> Held:
        """The windows of one variate; possibly none."""
        column, end = scaled.columns[variate], int(fold.score_ends[variate])
        origins = strided_origins(max(1, int(fold.fit_ends[variate])), end, most)
        wanted = targets(column, scaled.observed[variate], origins, steps, end)
        known = ~np.isnan(wanted)
        values = np.where(known, wanted, 0.0).astype(np.float32)
        return Held(column, origins, values, known.astype(np.float32))

    @cached_property
    def last(self) -> Singles:
        """The last value before each cutoff ``[n, 1]``."""
        return self.column[self.origins - 1].astype(np.float32)[:, None]

    @cached_property
    def naive(self) -> Floats:
        """Sum of the squared errors of repeating the last value, ``[s]``."""
        return self.squares(self.last)

    @cached_property
    def counts(self) -> Floats:
        """Targets seen at every step ``[s]``."""
        counts: Floats = self.known.sum(axis=0, dtype=np.float64)
        return counts

    def squares(self, forecasts: Singles) -> Floats:
        """Sum of squared errors ``[s]`` where a target is known."""
        gap = (self.targets - forecasts) * self.known
        total: Floats = np.einsum("ns,ns->s", gap, gap, dtype=np.float64)
        return total

    def windows(self, member: Member) -> tuple[Singles, Singles]:
        """Pooled inputs less their anchor ``[n, d]`` and the anchor ``[n, 1]``."""
        return features(self.column, self.origins, member)


def features(column: Floats, origins: NDArray[np.int64], member: Member) -> tuple[Singles, Singles]:
    """Pooled, anchored windows before each origin; a short past repeats its oldest value."""
    lookback = member.lookback
    short = lookback - int(origins.min(initial=lookback))
    if short > 0:
        column = np.concatenate([np.full(short, column[0]), column])
        origins = origins + short
    raw = sliding_window_view(column, lookback)[origins - lookback]
    level = anchor_of(raw, member.anchor)
    return pooled(raw - level, member).astype(np.float32), level.astype(np.float32)


def origins_per_channel(channels: int, preset: str) -> int:
    """As many as 800, fewer when there are many channels or little time."""
    return max(LEAST_PER_CHANNEL, min(MOST_PER_CHANNEL[preset], MOST_IN_ALL // max(channels, 1)))
