"""Statistics of number columns, block by block, so that memory does not grow with the file."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
BINS = 24
SPARK = 90
_FINE = 4096
_QUANTILES = {"q05": 0.05, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q95": 0.95}
_LARGEST_EXACT = 2.0**53
_SQUARABLE = 1e140
_TINY = 1e-290
_LIFT = 2.0**900


def without_missing(block: Floats) -> Floats:
    """The numbers that are there; the block itself when none is missing."""
    missing = np.isnan(block)
    return block[~missing] if missing.any() else block


def _is_whole(filled: Floats) -> bool:
    """Are all numbers whole? The first few usually say no."""
    return all(bool((part == np.trunc(part)).all()) for part in (filled[:1000], filled[1000:]))


@dataclass
class NumberSummary:
    """Moments of one column, merged over blocks (Chan, Golub and LeVeque 1979)."""

    count: int = 0
    mean: float = 0.0
    squares: float = 0.0
    low: float = float("inf")
    high: float = float("-inf")
    zeros: int = 0
    whole: bool = True
    tail: Floats = field(default_factory=lambda: np.empty(0))

    def add(self, block: Floats) -> None:
        """Take in one block `[rows]`; NaN is missing."""
        self.tail = np.concatenate([self.tail, block[-SPARK:]])[-SPARK:]
        filled = without_missing(block)
        if not len(filled):
            return
        low, high = float(filled.min()), float(filled.max())
        # Numbers near 1e308 overflow when squared; scaled by the largest they do not.
        scale = max(abs(low), abs(high)) if max(abs(low), abs(high)) > _SQUARABLE else 1.0
        scaled = filled if scale == 1.0 else filled / scale
        mean = float(scaled.mean())
        apart = scaled - mean
        squares = float(np.dot(apart, apart)) if scale == 1.0 else np.inf
        self._merge(len(filled), mean * scale, squares)
        self.low, self.high = min(self.low, low), max(self.high, high)
        self.zeros += len(filled) - int(np.count_nonzero(filled))
        self.whole = self.whole and _is_whole(filled)

    def _merge(self, count: int, mean: float, squares: float) -> None:
        apart = mean / 2 - self.mean / 2
        total = self.count + count
        if self.count:
            squares += self.squares + 4 * apart * apart * (self.count * count / total)
        self.squares = squares
        self.mean = mean if not self.count else self.mean + 2 * apart * (count / total)
        self.count = total

    @property
    def std(self) -> float | None:
        """Sample standard deviation; None for fewer than two numbers or beyond the range."""
        if self.count < 2 or not np.isfinite(self.squares):
            return None
        return float(np.sqrt(self.squares / (self.count - 1)))

    @property
    def is_whole(self) -> bool:
        """Are all numbers whole and small enough to be exact?"""
        bound = max(abs(self.low), abs(self.high))
        return bool(self.count) and self.whole and bound <= _LARGEST_EXACT


@dataclass
class Distribution:
    """A histogram between known bounds: fine for quantiles, coarse for drawing."""

    low: float
    high: float
    counts: NDArray[np.int64] = field(default_factory=lambda: np.zeros(_FINE, dtype=np.int64))

    def add(self, block: Floats) -> None:
        """Take in one block; values are spread over equal bins from `low` to `high`."""
        filled = without_missing(block)
        if not len(filled):
            return
        # Halved, because the range from -1e308 to 1e308 is no number.
        span = self.high / 2 - self.low / 2
        if span == 0:
            self.counts[0] += len(filled)
            return
        low = self.low
        if span <= _TINY:
            # So close together, they are all near zero: a power of two keeps them exact.
            filled, low, span = filled * _LIFT, low * _LIFT, span * _LIFT
        places = filled * (0.5 * _FINE / span)
        places -= low / 2 * (_FINE / span)
        bins = places.astype(np.int32)
        np.clip(bins, 0, _FINE - 1, out=bins)
        self.counts += np.bincount(bins, minlength=_FINE)

    def edge(self, place: float) -> float:
        """The value at bin border `place`."""
        share = place / _FINE
        return self.low * (1 - share) + self.high * share

    def quantile(self, share: float) -> float:
        """Interpolated inside its bin, so off by at most 1/4096 of the range."""
        cumulated = np.cumsum(self.counts)
        target = share * cumulated[-1]
        place = int(np.searchsorted(cumulated, target))
        inside = self.counts[place]
        before = cumulated[place] - inside
        return self.edge(place + (target - before) / max(inside, 1))

    def coarse(self) -> dict[str, list[float] | list[int]]:
        """Edges `[25]` and counts `[24]`."""
        borders = np.linspace(0, _FINE, BINS + 1).round().astype(int)
        counts = [int(self.counts[a:b].sum()) for a, b in itertools.pairwise(borders)]
        return {"edges": [self.edge(float(border)) for border in borders], "counts": counts}


def number_stats(
    summary: NumberSummary, spread: Distribution | None, exact: Floats | None
) -> dict[str, Any]:
    """The JSON of one column. `exact` holds all values when they fit in memory."""
    if not summary.count or spread is None:
        return {"min": None, "max": None, "mean": None, "std": None, "zeros": 0}
    stats: dict[str, Any] = {
        "min": summary.low,
        "max": summary.high,
        "mean": summary.mean,
        "std": summary.std,
        "zeros": summary.zeros,
        "approximate": exact is None,
        "histogram": spread.coarse(),
        "spark": [None if np.isnan(y) else float(y) for y in summary.tail],
    }
    if exact is None:
        return stats | {name: spread.quantile(share) for name, share in _QUANTILES.items()}
    filled = without_missing(exact)
    places = np.quantile(filled, list(_QUANTILES.values()))
    return stats | {name: float(y) for name, y in zip(_QUANTILES, places, strict=True)}
