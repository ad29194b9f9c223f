"""The statistical models by name: what each can do and costs, without importing statsforecast.

ETS, CES, Theta and ARIMA carry one state, one seasonal figure or long polynomials per step of the
season, so that seasons of more than 24 steps are slow and badly determined: such a series is first
seasonally adjusted by STL, and the last season of the figure is added to the forecast, as MSTL does
for all seasons (Bandara, Hyndman, Bergmeir 2021). TBATS and MFLES describe a season by a few waves
and take it as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from forecasting.engine.capabilities import Capabilities
from forecasting.engine.errors import gettext_noop

LONGEST_STATE: Final = 24
NATIVE: Final = Capabilities(any_horizon=True, probabilistic=True)
PLAIN: Final = Capabilities(any_horizon=True)
NATIVE_BESIDE: Final = Capabilities(any_horizon=True, probabilistic=True, uses_known_future=True)
PLAIN_BESIDE: Final = Capabilities(any_horizon=True, uses_known_future=True)


@dataclass(frozen=True)
class Cost:
    """Measured seconds of a fit with its intervals: per series, and per 1,000 rows of it."""

    series: float
    thousand_rows: float


@dataclass(frozen=True)
class Recipe:
    """``seasons``: ``none`` at all, ``one`` up to 24 steps, ``waves`` of any length, or all of them
    ``adjusted`` away. Intervals are measured at ``cutoffs`` past cutoffs."""

    name: str
    label: str
    description: str
    seasons: Literal["none", "one", "waves", "adjusted"]
    plain: Cost
    seasonal: Cost
    capabilities: Capabilities = PLAIN
    cutoffs: int = 24


RECIPES: Final = (
    Recipe(
        "auto_ets",
        gettext_noop("ETS"),
        gettext_noop("Exponential smoothing; error, trend and season chosen by AICc."),
        "one",
        Cost(0.03, 0.08),
        Cost(0.05, 1.1),
        capabilities=NATIVE,
    ),
    Recipe(
        "auto_arima",
        gettext_noop("ARIMA"),
        gettext_noop("Autoregression on differences; orders chosen step by step by AICc."),
        "one",
        Cost(0.25, 0.1),
        Cost(0.4, 6.5),
        capabilities=NATIVE_BESIDE,
    ),
    Recipe(
        "auto_theta",
        gettext_noop("Theta"),
        gettext_noop("Half a straight line, half exponential smoothing; the best of four kinds."),
        "one",
        Cost(0.01, 0.4),
        Cost(0.02, 0.4),
        capabilities=NATIVE,
    ),
    Recipe(
        "dynamic_optimized_theta",
        gettext_noop("Dynamic theta"),
        gettext_noop("The theta method with a line that moves and a weight that is learned."),
        "one",
        Cost(0.01, 0.25),
        Cost(0.02, 0.25),
        capabilities=NATIVE,
    ),
    Recipe(
        "auto_ces",
        gettext_noop("Complex smoothing"),
        gettext_noop("Exponential smoothing with complex weights; the season chosen by AICc."),
        "one",
        Cost(0.005, 0.006),
        Cost(0.01, 0.06),
    ),
    Recipe(
        "mstl",
        gettext_noop("MSTL"),
        gettext_noop("All seasons taken off by local regression, the rest by smoothing."),
        "adjusted",
        Cost(0.02, 0.08),
        Cost(0.02, 0.08),
        capabilities=NATIVE,
        cutoffs=12,
    ),
    Recipe(
        "mfles",
        gettext_noop("MFLES"),
        gettext_noop("Waves, trend and smoothing added round by round to what is left."),
        "waves",
        Cost(0.05, 0.25),
        Cost(0.05, 0.25),
        capabilities=PLAIN_BESIDE,
        cutoffs=12,
    ),
    Recipe(
        "tbats",
        gettext_noop("TBATS"),
        gettext_noop("Several seasons as moving waves, with a transformation and ARMA errors."),
        "waves",
        Cost(1.2, 0.8),
        Cost(1.2, 3.5),
        capabilities=NATIVE,
    ),
    Recipe(
        "croston_classic",
        gettext_noop("Croston"),
        gettext_noop("For rare demand: its size over the time between two, both smoothed."),
        "none",
        Cost(0.0025, 0.001),
        Cost(0.0025, 0.001),
    ),
    Recipe(
        "croston_optimized",
        gettext_noop("Croston, optimised"),
        gettext_noop("Croston's method with smoothing weights that are learned."),
        "none",
        Cost(0.0025, 0.003),
        Cost(0.0025, 0.003),
    ),
    Recipe(
        "croston_sba",
        gettext_noop("Croston, corrected"),
        gettext_noop("Croston's method times 0.95, which takes off most of its bias."),
        "none",
        Cost(0.0025, 0.001),
        Cost(0.0025, 0.001),
    ),
    Recipe(
        "adida",
        gettext_noop("ADIDA"),
        gettext_noop("For rare demand: sums over the usual gap, smoothed and shared out again."),
        "none",
        Cost(0.0025, 0.003),
        Cost(0.0025, 0.003),
    ),
    Recipe(
        "imapa",
        gettext_noop("IMAPA"),
        gettext_noop("For rare demand: the mean over sums of every length up to the usual gap."),
        "none",
        Cost(0.0025, 0.003),
        Cost(0.0025, 0.003),
    ),
    Recipe(
        "tsb",
        gettext_noop("TSB"),
        gettext_noop("For demand that dies out: its size times how probable it is."),
        "none",
        Cost(0.0025, 0.001),
        Cost(0.0025, 0.001),
    ),
)
RECIPE: Final = {recipe.name: recipe for recipe in RECIPES}
