"""How rarely a score as high as this one came up before: a p-value from ranks.

With n earlier scores the p-value of a new one is (1 + those at least as high) / (n + 1), which is
valid whatever the distribution as long as scores are exchangeable (conformal anomaly detection,
Laxhammar, Falkman 2014; Vovk, Gammerman, Shafer 2005). Ranks end at 1 / (n + 1). Beyond the tenth
highest score the tail goes on as a generalised Pareto distribution (peaks over threshold, Siffer et
al. 2017, KDD) with parameters by probability-weighted moments (Hosking, Wallis 1987), so that
alarms rarer than one in n can be told apart; a tail that would end is taken as exponential.
"""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

MOST: Final = 2_000
# The highest scores whose own ranks are too few to trust.
TAIL: Final = 10
# From so many scores on a tenth of them describes a tail.
LEAST_FOR_TAIL: Final = 100
HEAVIEST: Final = 0.9
SMALLEST_P: Final = 1e-15
# Below it a tail is exponential.
NO_SHAPE: Final = 1e-9


class Ranks:
    """The newest 2,000 scores, in order of time and of size."""

    def __init__(self, scores: Iterable[float] = ()) -> None:
        self.scores: deque[float] = deque((float(score) for score in scores), maxlen=MOST)
        self.ordered: list[float] = sorted(self.scores)

    def __len__(self) -> int:
        return len(self.ordered)

    def add(self, score: float) -> None:
        """Remember one more; the oldest goes."""
        if len(self.scores) == MOST:
            self.ordered.pop(bisect_left(self.ordered, self.scores[0]))
        self.scores.append(score)
        insort(self.ordered, score)

    def p(self, score: float) -> float:
        """The share of scores at least this high, from 1 down to nearly 0."""
        n = len(self.ordered)
        above = n - bisect_left(self.ordered, score)
        by_rank = (1 + above) / (n + 1)
        if above >= TAIL or n < LEAST_FOR_TAIL:
            return by_rank
        edge, shape, width = self._tail()
        if width <= 0 or score <= edge:
            return by_rank
        return max(SMALLEST_P, (1 + TAIL) / (n + 1) * _survival(score - edge, shape, width))

    def quantile(self, p: float) -> float:
        """The score that is reached with probability ``p``; NaN before there are scores."""
        n = len(self.ordered)
        if not n:
            return math.nan
        rank = math.ceil((1 - p) * (n + 1) - 1e-9)
        return self.ordered[min(max(rank, 1), n) - 1]

    def limit(self, p: float) -> float:
        """The score that is as rare as ``p``, read off the tail where ranks end."""
        n = len(self.ordered)
        if n < LEAST_FOR_TAIL or p >= (1 + TAIL) / (n + 1):
            return self.quantile(p)
        edge, shape, width = self._tail()
        beyond = (1 + TAIL) / (n + 1) / p
        if shape < NO_SHAPE:
            return edge + max(width, 0.0) * math.log(beyond)
        return edge + max(width, 0.0) * (math.pow(beyond, shape) - 1) / shape

    def array(self) -> NDArray[np.float64]:
        """The scores in order of time, to be kept."""
        return np.array(self.scores, dtype=np.float64)

    def _tail(self) -> tuple[float, float, float]:
        """The tenth highest score, shape of the tail, and its width from there on."""
        n = len(self.ordered)
        start, edge = self.ordered[n - n // 10], self.ordered[n - TAIL]
        shape, width = pareto(np.array(self.ordered[n - n // 10 :]) - start)
        return edge, shape, width + shape * (edge - start)


def pareto(beyond: NDArray[np.float64]) -> tuple[float, float]:
    """Shape and width of a generalised Pareto distribution of ``beyond`` ``[n]``, in order.

    The shape is kept between 0 (exponential) and 0.9; the width is then the one with this mean.
    """
    n = len(beyond)
    mean = float(beyond.mean())
    if mean <= 0:
        return 0.0, 0.0
    weights = 1 - (np.arange(1, n + 1) - 0.35) / n
    moment = float((weights * beyond).mean())
    apart = mean - 2 * moment
    shape = 2 - mean / apart if apart > 0 else HEAVIEST
    # Hosking and Wallis count the shape with the other sign.
    shape = min(max(shape, 0.0), HEAVIEST)
    return shape, mean * (1 - shape)


def _survival(beyond: float, shape: float, width: float) -> float:
    if shape < NO_SHAPE:
        return math.exp(-min(beyond / width, 700.0))
    return float((1 + shape * beyond / width) ** (-1 / shape))
