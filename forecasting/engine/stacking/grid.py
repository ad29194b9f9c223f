"""All members as one matrix: what each lag, or group of old lags, adds to each step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from forecasting.engine.panel import Floats
from forecasting.engine.stacking.origins import Singles
from forecasting.engine.stacking.plan import LAST, POOLS, RAW_LAGS, Member

WIDEST_POOL: Final = max(POOLS)


@dataclass(frozen=True, eq=False)
class Grid:
    """``firsts`` are the window positions (0 is the oldest of ``lookback``) where groups begin."""

    lookback: int
    firsts: NDArray[np.int64]

    @staticmethod
    def of(members: Sequence[Member], season: int) -> Grid:
        """The finest groups that any member needs at each lag."""
        lookback = max([season, *(m.lookback for m in members)])
        # Groups of every width begin at a multiple of the widest.
        single = RAW_LAGS + max(0, -(-(season - RAW_LAGS) // WIDEST_POOL)) * WIDEST_POOL
        lags = np.arange(lookback)
        width = np.ones(lookback, dtype=np.int64)
        for lag in range(single, lookback):
            width[lag] = min(m.pool for m in members if m.lookback > lag)
        starts = (lags < single) | ((lags - RAW_LAGS) % width == 0)
        # A group that begins at lag g ends before the next one begins; the newest lag comes last.
        ends = np.append(np.flatnonzero(starts)[1:], lookback)
        return Grid(lookback, np.sort(lookback - ends))

    def features(self, column: Floats, origins: NDArray[np.int64]) -> Singles:
        """Sums over the groups before each origin ``[n, F]``; a short past repeats its oldest."""
        short = self.lookback - int(origins.min(initial=self.lookback))
        if short > 0:
            column = np.concatenate([np.full(short, column[0]), column])
            origins = origins + short
        raw = sliding_window_view(column, self.lookback)[origins - self.lookback]
        return np.add.reduceat(raw, self.firsts, axis=1).astype(np.float32)

    def spread(self, member: Member, weights: Singles) -> Singles:
        """A member's map ``[d, H]`` with its anchor, over the single lags ``[lookback, H]``."""
        full = np.zeros((self.lookback, weights.shape[1]), dtype=np.float32)
        part = full[self.lookback - member.lookback :]
        older = max(0, member.lookback - RAW_LAGS)
        groups = older // member.pool
        part[:older] = np.repeat(weights[:groups] / np.sqrt(member.pool), member.pool, axis=0)
        part[older:] = weights[groups:]
        rest = 1.0 - part.sum(axis=0)
        if member.anchor == LAST:
            part[-1] += rest
        else:
            part += rest / member.lookback
        return full

    def last(self, horizon: int) -> Singles:
        """Repeat the last value."""
        full = np.zeros((self.lookback, horizon), dtype=np.float32)
        full[-1] = 1.0
        return full

    def seasonal(self, season: int, horizon: int) -> Singles:
        """Repeat the last season."""
        full = np.zeros((self.lookback, horizon), dtype=np.float32)
        steps = np.arange(horizon)
        full[self.lookback - season + steps % season, steps] = 1.0
        return full

    def gathered(self, full: Singles) -> Singles:
        """One row per group ``[F, H]``; within a group all lags weigh the same."""
        return np.ascontiguousarray(full[self.firsts])
