"""What may be searched: the settings of every family with the values that make sense for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

from forecasting.engine.baseline_settings import SeasonalSettings, WindowSettings
from forecasting.engine.boosting.settings import BoostingSettings
from forecasting.engine.linear_settings import LinearSettings
from forecasting.engine.many.settings import ManySettings
from forecasting.engine.neural_settings import TrainingSettings
from forecasting.engine.panel import Panel
from forecasting.engine.stacking.settings import StackSettings
from forecasting.engine.statistical.settings import StatisticalSettings, TBATSSettings, TSBSettings


@dataclass(frozen=True)
class Range:
    """Every number from ``low`` to ``high``, whole ones only for ``integer``; ``log`` searches
    their orders of magnitude evenly."""

    low: float
    high: float
    log: bool = False
    integer: bool = False

    def holds(self, value: Any) -> bool:
        """Whether it is one of them."""
        whole = not self.integer or float(value).is_integer()
        return whole and self.low <= value <= self.high


@dataclass(frozen=True)
class Choice:
    """One of ``options``: words, numbers or truth values."""

    options: tuple[str | int | float | bool, ...]

    def holds(self, value: Any) -> bool:
        """Whether it is one of them."""
        return value in self.options


Space = Mapping[str, Range | Choice]

TREES: Final[Space] = {
    "learning_rate": Range(0.02, 0.2, log=True),
    "leaves": Range(7, 127, log=True, integer=True),
    "least_leaf_rows": Range(5, 200, log=True, integer=True),
    "columns": Range(0.3, 1.0),
    "subsample": Range(0.5, 1.0),
    "anchor": Choice(("auto", "last", "mean", "seasonal")),
}
NETS: Final[Space] = {
    "learning_rate": Range(3e-4, 1e-2, log=True),
    "batch_size": Choice((32, 64, 128, 256)),
    "weight_decay": Choice((0.0, 1e-4, 1e-3, 1e-2)),
    "loss": Choice(("mae", "mse", "huber")),
    "dropout": Range(0.0, 0.5),
    "hidden_size": Choice((32, 64, 128, 256)),
    "num_layers": Range(1, 3, integer=True),
    "layers": Range(1, 3, integer=True),
    "model_size": Choice((16, 32, 64, 128)),
    "kernel_size": Choice((3, 5, 9, 25)),
}
FAMILIES: Final[Mapping[type[Any], Space]] = {
    BoostingSettings: TREES,
    TrainingSettings: NETS,
    LinearSettings: {"normalise": Choice(("auto", "last", "mean"))},
    StackSettings: {"preset": Choice(("fast", "balanced", "thorough"))},
    ManySettings: {"smoothing": Choice((True, False))},
    StatisticalSettings: {"max_rows": Choice((500, 1_000, 2_500, 5_000))},
    TBATSSettings: {"box_cox": Choice((True, False)), "trend": Choice((True, False))},
    TSBSettings: {"alpha_d": Range(0.02, 0.6, log=True), "alpha_p": Range(0.02, 0.6, log=True)},
    SeasonalSettings: {},
    WindowSettings: {},
}
LOOKBACKS: Final = (1, 2, 4, 7, 14)
# Of a series, what its windows may look back on.
MOST_LOOKBACK: Final = 1 / 4


def space_of(settings: type[Any], panel: Panel) -> dict[str, Range | Choice]:
    """Domains by field of a settings dataclass, those that depend on the data included.

    Empty where nothing is known to be worth searching.
    """
    names = {field.name for field in fields(settings)}
    found: dict[str, Range | Choice] = {}
    for family in reversed(settings.__mro__):
        found |= FAMILIES.get(family, {})
    if found or any(family in FAMILIES for family in settings.__mro__):
        found |= _of_the_data(panel)
    return {name: domain for name, domain in found.items() if name in names}


def _of_the_data(panel: Panel) -> dict[str, Range | Choice]:
    """Seasons and lookbacks; 0 leaves the choice to the model."""
    seasons = [n for n in panel.frequency.season_lengths if n > 1]
    longest = int(panel.lengths.max())
    lookbacks = {times * seasons[0] for times in LOOKBACKS} if seasons else {8, 16, 32, 64}
    some = sorted(rows for rows in lookbacks if rows <= MOST_LOOKBACK * longest)
    held = [season for season in seasons if 2 * season <= longest]
    found: dict[str, Range | Choice] = {}
    if some:
        found["lookback"] = Choice((0, *some))
        found["window"] = Choice((0, *some))
    if held:
        found["season_length"] = Choice((0, *held))
    return found
