"""Strays from trend and seasons: the rest of a robust decomposition of the rows before.

STL (Cleveland, Cleveland, McRae, Terpenning 1990) with its robustness weights; several seasons are
taken off one after another, as MSTL does (Bandara, Hyndman, Bergmeir 2021). A decomposition of the
whole series would let a value explain itself and its past, so only earlier rows are split: a value
is expected at the running median of the level plus the last turn of every season.
"""

from __future__ import annotations

import warnings
from typing import ClassVar

import numpy as np

from forecasting.engine.anomalies.expectation import Expectation
from forecasting.engine.panel import Floats

LEAST_LEVEL, MOST_LEVEL = 5, 24
SMOOTH_TURNS = 11


class BySeason(Expectation):
    """The level of the last rows plus the seasons learned from the window."""

    name: ClassVar[str] = "season"
    reach: ClassVar[int] = MOST_LEVEL

    figures: tuple[Floats, ...] = ()
    slope = 0.0

    def learn(self, window: Floats, first: int) -> None:
        """Split the window; keep one turn of every season by the place in the cycle."""
        rest, figures = window.copy(), []
        end = first + len(window)
        for season in self.pace.found(window):
            seasonal = split(rest, season)
            rest = rest - seasonal
            turn = np.empty(season)
            turn[np.arange(end - season, end) % season] = seasonal[-season:]
            figures.append(turn)
        self.figures = tuple(figures)
        self.slope = steady_slope(rest)

    def look(self, rows: Floats, first: int, count: int) -> tuple[Floats, Floats | None]:
        """Median of the rows before without their seasons, moved on by the slope."""
        width = min(max(LEAST_LEVEL, self.pace.phase), MOST_LEVEL)
        used = rows[-(count + width) :]
        places = first + len(rows) - len(used) + np.arange(len(used))
        seasonal = sum((turn[places % len(turn)] for turn in self.figures), np.zeros(len(used)))
        bare = used - seasonal
        before = np.lib.stride_tricks.sliding_window_view(bare[:-1], len(used) - count)
        level = np.median(before, axis=1) + self.slope * (len(used) - count + 1) / 2
        return level + seasonal[-count:], None


def split(column: Floats, season: int) -> Floats:
    """The seasonal part ``[T]`` by robust STL, its smoothers jumping over an eighth of a season."""
    from statsmodels.tsa.seasonal import STL  # noqa: PLC0415

    jump = max(1, season // 8)
    with warnings.catch_warnings():
        # Rows on a perfect line have no rest to weigh.
        warnings.simplefilter("ignore", RuntimeWarning)
        model = STL(
            column,
            period=season,
            seasonal=SMOOTH_TURNS,
            seasonal_deg=0,
            robust=True,
            seasonal_jump=1,
            trend_jump=jump,
            low_pass_jump=jump,
        )
        seasonal: Floats = model.fit(inner_iter=1, outer_iter=5).seasonal
    return np.nan_to_num(seasonal)


def steady_slope(rest: Floats) -> float:
    """Change per row: between the medians of the first and the last third, if noise allows.

    A median a third of the rows long wanders by chance; a slope within that is none.
    """
    third = len(rest) // 3
    if third < 2:
        return 0.0
    first, last = rest[:third], rest[-third:]
    rise = float(np.median(last) - np.median(first))
    noise = float(np.median(np.abs(np.diff(rest))))
    return rise / (2 * third) if abs(rise) > 2 * noise else 0.0
