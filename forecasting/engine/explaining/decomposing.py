"""One series as trend, cycles and rest, and a forecast in the same parts.

STL (Cleveland, Cleveland, McRae, Terpenning 1990) for one cycle, MSTL (Bandara, Hyndman, Bergmeir
2021) for several, locally weighted regression (Cleveland 1979) for none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from forecasting.engine.missing import fill
from forecasting.engine.panel import Floats
from forecasting.engine.statistical.seasons import trend_and_seasons

# Without a cycle the trend at a row comes from the nearest fifth of the rows, but not fewer than 7.
TREND_SHARE: Final = 0.2
LEAST_NEIGHBOURS: Final = 7


@dataclass(frozen=True, eq=False)
class Parts:
    """``trend`` ``[T]`` and ``seasonal`` ``[P, T]``, cycles of ``periods`` steps in their order."""

    periods: tuple[int, ...]
    trend: Floats
    seasonal: Floats

    @staticmethod
    def of(column: Floats, periods: Sequence[int]) -> Parts:
        """Of ``[T]`` with NaN where nothing was observed (at least one value must be).

        A gap is first closed by a line, then by the trend and the cycles found so.
        """
        ordered = tuple(sorted(periods))
        parts = Parts(ordered, *_split(fill(column), ordered))
        missing = np.isnan(column)
        if missing.any() and ordered:
            closed = np.where(missing, parts.whole, column)
            parts = Parts(ordered, *_split(closed, ordered))
        return parts

    @property
    def whole(self) -> Floats:
        """Trend and cycles together ``[T]``."""
        total: Floats = self.trend + self.seasonal.sum(axis=0)
        return total

    def ahead(self, forecast: Floats) -> tuple[Floats, Floats]:
        """Trend ``[H]`` and cycles ``[P, H]`` of a forecast ``[H]``; what is left is the rest.

        The cycles repeat their last turn. The trend is the moving mean of the forecast without
        them, over the shortest cycle or as many rows as that of the past, carried on from it; near
        the end, where half of that mean is missing, it goes on as it went last.
        """
        horizon = len(forecast)
        figures = np.zeros((len(self.periods), horizon))
        for place, period in enumerate(self.periods):
            figures[place] = np.resize(self.seasonal[place, -period:], horizon)
        usual = max(LEAST_NEIGHBOURS, round(TREND_SHARE * len(self.trend)))
        width = self.periods[0] if self.periods else usual
        return _continued(self.trend, forecast - figures.sum(axis=0), width // 2), figures


def _split(column: Floats, periods: tuple[int, ...]) -> tuple[Floats, Floats]:
    if periods:
        return trend_and_seasons(column, periods)
    return _smooth(column), np.zeros((0, len(column)))


def _smooth(column: Floats) -> Floats:
    if len(column) <= LEAST_NEIGHBOURS or column.min() == column.max():
        return np.full(len(column), column.mean())
    from statsmodels import api  # noqa: PLC0415 -- slow to import

    rows = np.arange(len(column), dtype=np.float64)
    share = max(TREND_SHARE, LEAST_NEIGHBOURS / len(column))
    found: Floats = api.nonparametric.lowess(
        column, rows, share, delta=0.01 * len(column), return_sorted=False
    )
    return found


def _continued(past: Floats, ahead: Floats, reach: int) -> Floats:
    """Moving mean of ``ahead`` behind the last rows of ``past``, which goes on as it went last.

    A mean that grew narrower towards the end would follow the last values, cycle and noise and all.
    Of less than half a cycle nobody knows; there it is a line through all rows.
    """
    reach = min(reach, len(past))
    joined = np.concatenate([past[len(past) - reach :], ahead])
    whole = len(ahead) - reach
    if whole < 1:
        return _line(joined)[reach:]
    width = 2 * reach + 1
    means = np.convolve(joined, np.full(width, 1 / width), "valid")
    known = means if len(means) > reach else past
    back = min(reach, len(known) - 1)
    step = (known[-1] - known[-1 - back]) / max(back, 1)
    found: Floats = np.concatenate([means, means[-1] + step * np.arange(1, reach + 1)])
    return found


def _line(column: Floats) -> Floats:
    rows = np.arange(len(column)) - (len(column) - 1) / 2
    slope = float(rows @ column) / max(float(rows @ rows), 1.0)
    found: Floats = column.mean() + rows * slope
    return found
