"""Which seasons a model takes as they are, and which are taken off first."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecasting.engine.frequency import Frequency
from forecasting.engine.panel import Floats
from forecasting.engine.statistical.recipes import LONGEST_STATE, Recipe
from forecasting.engine.statistical.settings import StatisticalSettings


@dataclass(frozen=True)
class Seasons:
    """Lengths the model itself gets, and lengths taken off before; ``usual`` for a repetition."""

    own: tuple[int, ...] = ()
    adjusted: tuple[int, ...] = ()
    usual: int = 1

    @staticmethod
    def of(
        recipe: Recipe, settings: StatisticalSettings, frequency: Frequency, rows: int
    ) -> Seasons:
        """The seasons of a series of ``rows`` rows; each has to fit in more than twice."""
        chosen = settings.season_length
        lengths = (chosen,) if chosen else frequency.season_lengths
        lengths = lengths[:1] if recipe.seasons == "one" else lengths
        usual = min(lengths[0], rows)
        fitting = tuple(length for length in lengths if length > 1 and 2 * length < rows)
        if recipe.seasons == "none" or not fitting:
            return Seasons(usual=usual)
        if recipe.seasons == "adjusted" or (
            recipe.seasons == "one" and max(fitting) > LONGEST_STATE
        ):
            return Seasons(adjusted=fitting, usual=usual)
        return Seasons(own=fitting, usual=usual)


def without_seasons(y: Floats, periods: Sequence[int], horizon: int) -> tuple[Floats, Floats]:
    """``y`` ``[T]`` less its seasonal figures by STL, and these figures continued, ``[H]``."""
    _, figures = trend_and_seasons(y, periods)
    ahead = np.zeros(horizon)
    for figure, period in zip(figures, sorted(periods), strict=True):
        ahead += np.resize(figure[-period:], horizon)
    return y - figures.sum(axis=0), ahead


def trend_and_seasons(y: Floats, periods: Sequence[int]) -> tuple[Floats, Floats]:
    """Trend ``[T]`` and seasonal figures ``[P, T]`` of ``y`` ``[T]`` by STL, the shortest first.

    The smoothers jump over a tenth of their window, as in R, which takes a quarter of the time.
    """
    from statsforecast.mstl import mstl  # noqa: PLC0415 -- takes a second to import

    ordered = sorted(periods)
    jumps = {
        "seasonal_jump": 2,
        "trend_jump": math.ceil(0.15 * ordered[0]),
        "low_pass_jump": math.ceil(0.1 * ordered[0]),
    }
    found = mstl(y, ordered, stl_kwargs=jumps)
    return found["trend"].to_numpy(), found.filter(regex="seasonal").to_numpy().T
