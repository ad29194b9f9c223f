"""Second moments of all windows of one channel, pooled, ready for any anchor.

A missing value is left out: every entry is the mean over the windows in which both of its factors
were observed (available-case moments, Little and Rubin 2019, section 3.4).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.gram import half_gram
from forecasting.engine.panel import Floats
from forecasting.engine.stacking.plan import LAST, Member
from forecasting.engine.stacking.pooling import ones, pooled

Singles = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Moments:
    """Means over windows: ``xx`` ``[d, d]``, ``xy`` ``[d, s]`` for some steps, and per anchor the
    products of its level with inputs ``[d]``, targets ``[s]`` and itself."""

    member: Member
    xx: Floats
    xy: Floats
    level_x: dict[str, Floats]
    level_y: dict[str, Floats]
    level: dict[str, float]

    def anchored(self, anchor: str) -> tuple[Floats, Floats]:
        """Moments of inputs and targets less the anchor: ``[d, d]`` and ``[d, s]``."""
        unit = ones(self.member).astype(self.xx.dtype)
        x, y, level = self.level_x[anchor], self.level_y[anchor], self.level[anchor]
        side = x - 0.5 * level * unit
        xx = self.xx - np.outer(side, unit) - np.outer(unit, side)
        xy = self.xy - np.outer(unit, y) - (x - level * unit)[:, None]
        return xx, xy

    def single(self) -> Moments:
        """The same in half the memory."""
        return Moments(
            self.member,
            self.xx.astype(np.float32),
            self.xy.astype(np.float32),
            {a: v.astype(np.float32) for a, v in self.level_x.items()},
            {a: v.astype(np.float32) for a, v in self.level_y.items()},
            self.level,
        )


def moments(
    column: Floats, seen: NDArray[np.bool_], member: Member, steps: NDArray[np.int64], width: int
) -> Moments:
    """Of the rows of ``column`` ``[n]``, windows ``width`` long; needs ``n >= width``."""
    raw = _mean_products(column, seen, member.lookback, width)
    lookback = member.lookback
    rows = pooled(raw.T, member).T if member.inputs < lookback else raw
    centres = {LAST: raw[-1], "mean": raw.mean(axis=0)}
    return Moments(
        member,
        pooled(np.ascontiguousarray(rows[:, :lookback]), member),
        rows[:, lookback + steps],
        {a: pooled(c[:lookback], member) for a, c in centres.items()},
        {a: c[lookback + steps] for a, c in centres.items()},
        {LAST: float(raw[-1, lookback - 1]), "mean": float(centres["mean"][:lookback].mean())},
    )


def _mean_products(column: Floats, seen: NDArray[np.bool_], lookback: int, width: int) -> Floats:
    windows = len(column) - width + 1
    if seen.all():
        gram = half_gram(column[None], lookback, width)
        gram /= windows
        return gram
    products = half_gram(np.where(seen, column, 0.0)[None], lookback, width)
    counts = half_gram(seen.astype(np.float64)[None], lookback, width)
    return np.where(counts > 0.5, products / np.maximum(counts, 1.0), 0.0)


def average(parts: Iterable[Moments]) -> Moments:
    """The mean over channels."""
    items = list(parts)
    first, count = items[0], len(items)
    return Moments(
        first.member,
        sum_of([m.xx for m in items]) / count,
        sum_of([m.xy for m in items]) / count,
        {a: sum_of([m.level_x[a] for m in items]) / count for a in first.level},
        {a: sum_of([m.level_y[a] for m in items]) / count for a in first.level},
        {a: sum(m.level[a] for m in items) / count for a in first.level},
    )


def sum_of(arrays: list[Floats]) -> Floats:
    """Their sum in double precision."""
    total = np.zeros(arrays[0].shape)
    for array in arrays:
        total += array
    return total
