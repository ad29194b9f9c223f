"""Box–Cox: a power of the values that makes their spread alike at every level.

w = (y^λ - 1) / λ, log y for λ = 0 (Box and Cox 1964). λ by maximum likelihood, or so that the
spread of a season varies least with its level (Guerrero 1993). The bias-adjusted way back adds the
second-order term of the mean (Hyndman and Athanasopoulos, FPP3, section 5.6).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import ClassVar, Final, Self

import numpy as np

from forecasting.engine.panel import Floats, Panel
from forecasting.engine.preprocessing.step import PerSeries, columns, require_one_of

METHODS: Final = ("likelihood", "guerrero")
BOUNDS: Final = (-1.0, 2.0)
NEAR_ZERO: Final = 1e-6
LEAST_VALUES: Final = 8
# How far above zero a shifted column begins, as a share of its range.
HEADROOM: Final = 0.01


def box_cox(values: Floats, power: Floats | float) -> Floats:
    """The transform of positive values; NaN stays NaN."""
    lam = np.where(np.abs(power) < NEAR_ZERO, 1.0, power)
    log = np.log(values)
    # expm1 keeps the digits that y^λ - 1 would lose near λ = 0.
    transformed: Floats = np.where(np.abs(power) < NEAR_ZERO, log, np.expm1(lam * log) / lam)
    return transformed


def inverse(values: Floats, power: Floats | float, variance: Floats | None = None) -> Floats:
    """Back to the positive values: the median, or with ``variance`` of the forecasts the mean.

    What lies outside the range of the transform is held at its edge, where y is next to 0 (λ > 0)
    or very large (λ < 0), so that no forecast becomes NaN.
    """
    near = np.abs(power) < NEAR_ZERO
    lam = np.where(near, 1.0, power)
    inside = np.maximum(lam * values + 1.0, 1e-9)
    log = np.where(near, np.clip(values, -300.0, 300.0), np.log(inside) / lam)
    median: Floats = np.exp(np.clip(log, -300.0, 300.0))
    if variance is None:
        return median
    bend = np.where(near, 1.0, (1.0 - lam) / inside**2)
    mean: Floats = median * np.maximum(1.0 + variance * bend / 2.0, 0.0)
    return mean


def log_likelihood(column: Floats, power: float) -> float:
    """Profile log-likelihood of λ for positive values without gaps, up to a constant."""
    spread = float(np.var(box_cox(column, power)))
    logs = float(np.sum(np.log(column)))
    return float(-len(column) / 2 * np.log(max(spread, 1e-300)) + (power - 1) * logs)


def guerrero_variation(column: Floats, power: float, season: int) -> float:
    """Coefficient of variation of s / m^(1 - λ) over the seasons of a column (mean m, spread s)."""
    whole = column[len(column) % season :].reshape(-1, season)
    ratios = whole.std(axis=1, ddof=1) / whole.mean(axis=1) ** (1 - power)
    return float(ratios.std(ddof=1) / max(float(ratios.mean()), 1e-300))


@dataclass
class BoxCox(PerSeries):
    """``method``: likelihood or guerrero. ``power`` λ fixes it for all instead of choosing.

    A column with values at or below zero is shifted above it first. Columns that do not vary or
    hold fewer than eight values are left as they are (λ = 1).
    """

    method: str = "likelihood"
    power: float | None = None
    season_length: int = 0
    power_: Floats = field(init=False, repr=False)
    shift_: Floats = field(init=False, repr=False)

    name: ClassVar[str] = "box_cox"
    arrays: ClassVar[tuple[str, ...]] = ("power_", "shift_")

    def __post_init__(self) -> None:
        require_one_of(self.method, METHODS)

    def fit(self, panel: Panel) -> Self:
        season = self.season_length or panel.frequency.season_length
        found = np.array([[self._chosen(c, season) for c in block] for block in columns(panel)])
        self.ids_ = panel.ids
        self.power_, self.shift_ = found[:, :, 0], found[:, :, 1]
        return self

    def _chosen(self, column: Floats, season: int) -> tuple[float, float]:
        """λ and shift of one column."""
        seen = column[~np.isnan(column)]
        if not len(seen):
            return 1.0, 0.0
        low, span = float(seen.min()), float(np.ptp(seen))
        shift = 0.0 if low > 0 else HEADROOM * (span or 1.0) - low
        if self.power is not None:
            return self.power, shift
        if len(seen) < LEAST_VALUES or span <= 1e-9 * abs(low):
            return 1.0, shift
        return _best_power(self._objective(seen + shift, season)), shift

    def _objective(self, column: Floats, season: int) -> Callable[[float], float]:
        """What λ should make small."""
        # A column relative to its geometric mean has the same best λ and no overflow.
        column = column / np.exp(np.mean(np.log(column)))
        groups = max(season, 2)
        if self.method == "guerrero" and len(column) >= 2 * groups:
            return lambda power: guerrero_variation(column, power, groups)
        return lambda power: -log_likelihood(column, power)

    def apply(self, panel: Panel) -> Panel:
        """Later values below all that were learned are held just above zero."""
        positive = panel.values + self.by_row("shift_", panel)
        positive = np.where(positive > 0, positive, np.where(np.isnan(positive), np.nan, 1e-9))
        return replace(panel, values=box_cox(positive, self.by_row("power_", panel)))

    def undo(self, panel: Panel) -> Panel:
        values = inverse(panel.values, self.by_row("power_", panel))
        return replace(panel, values=values - self.by_row("shift_", panel))

    def undo_forecast(self, values: Floats, past: Panel, variance: Floats | None = None) -> Floats:
        """The median, which is right for interval ends; the mean where ``variance`` is given."""
        back = inverse(values, self.by_series("power_", past), variance)
        shifted: Floats = back - self.by_series("shift_", past)
        return shifted


def _best_power(objective: Callable[[float], float]) -> float:
    from scipy.optimize import minimize_scalar  # noqa: PLC0415 -- heavy, only this fit needs it

    return float(minimize_scalar(objective, bounds=BOUNDS, method="bounded").x)
