"""How long a fit will take, as far as that can be said before it starts.

The constants were measured on one core. Models that keep within a budget by themselves have none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from forecasting.engine.panel import Panel
from forecasting.engine.registry import model_type
from forecasting.engine.statistical.estimates import estimate_seconds
from forecasting.engine.statistical.recipes import RECIPE


@dataclass(frozen=True)
class Cost:
    """Seconds of a fit, per series and per million values; ``large`` are those that every panel of
    50,000 values or more takes besides, smaller ones in proportion."""

    fixed: float
    series: float = 0.0
    million_values: float = 0.0
    large: float = 0.0

    def seconds(self, panel: Panel) -> float:
        """For this panel."""
        values = panel.values.size
        grown = self.large * min(1.0, values / LARGE)
        return self.fixed + self.series * len(panel) + self.million_values * values / 1e6 + grown


LARGE: Final = 50_000
NAIVE: Final = Cost(0.02, 0.0015, 0.2)
COSTS: Final = {
    "naive": NAIVE,
    "seasonal_naive": NAIVE,
    "drift": NAIVE,
    "window_mean": NAIVE,
    "climatology": Cost(0.04, 0.002, 0.4),
    "linear": Cost(0.2, 0.0, 1.0),
    "linear_stack": Cost(0.6, 0.0, 7.0, 2.4),
    "linear_many": Cost(1.0, 0.03, 25.0),
}
# The thorough preset of the linear stack against the balanced one.
THOROUGH: Final = 3.5


def fit_seconds(kind: str, settings: dict[str, Any], panel: Panel, horizon: int) -> float | None:
    """Seconds one fit will take; None where the model takes what it is given, or nobody knows."""
    if kind in RECIPE:
        chosen = model_type(kind).settings(**settings)
        return estimate_seconds(kind, panel, horizon, chosen)
    if kind not in COSTS:
        return None
    return COSTS[kind].seconds(panel) * (THOROUGH if settings.get("preset") == "thorough" else 1.0)
