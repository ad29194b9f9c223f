"""How long a fit will take, said before it starts."""

from __future__ import annotations

from typing import Final

import numpy as np

from forecasting.engine.budget import TimeBudget
from forecasting.engine.computing.compute import at_once
from forecasting.engine.errors import EngineError, gettext_noop
from forecasting.engine.panel import Panel
from forecasting.engine.statistical.recipes import RECIPE
from forecasting.engine.statistical.seasons import Seasons
from forecasting.engine.statistical.settings import StatisticalSettings

# A run answers a stop request about this often.
SECONDS_BETWEEN: Final = 1.0
MOST_TOGETHER: Final = 256
# Seconds to take one season off 1,000 rows.
DECOMPOSITION: Final = 0.0045
# What a regression on known covariates multiplies the time by.
BESIDE: Final = 1.5


def estimate_seconds(
    name: str, panel: Panel, horizon: int, settings: StatisticalSettings | None = None
) -> float:
    """Seconds a fit of the model ``name`` will take on ``panel``, intervals included.

    From constants measured on one slow core per series and per 1,000 of its rows; long horizons
    take a little more. A fit on several processes, or on open workers, takes its share of that.
    """
    chosen = settings or StatisticalSettings()
    lengths, counts = np.unique(np.minimum(panel.lengths, chosen.max_rows), return_counts=True)
    each = [_seconds(name, panel, int(rows), chosen) for rows in lengths]
    stretched = 1 + horizon / 1_000
    beside = panel.known is not None and RECIPE[name].capabilities.uses_known_future
    stretched *= BESIDE if beside else 1.0
    return float(counts @ each) * len(panel.channels) * stretched / at_once(chosen.processes)


def _seconds(name: str, panel: Panel, rows: int, settings: StatisticalSettings) -> float:
    recipe = RECIPE[name]
    seasons = Seasons.of(recipe, settings, panel.frequency, rows)
    cost = recipe.seasonal if seasons.own else recipe.plain
    thousands = rows / 1_000
    seconds = cost.series + cost.thousand_rows * thousands
    if seasons.adjusted:
        passes = (recipe.cutoffs + 4) * (1 if len(seasons.adjusted) == 1 else 2)
        widths = sum(seasons.adjusted) / min(seasons.adjusted)
        seconds += DECOMPOSITION * thousands * passes * widths
    return seconds


def require_time(name: str, seconds: float, panel: Panel, budget: TimeBudget) -> None:
    """Raise an EngineError that says the estimate and the remedy when the budget cannot hold it."""
    if budget.allows(seconds):
        return
    raise EngineError(
        gettext_noop(
            "%(model)s needs about %(seconds)s seconds for %(series)s series, but only %(left)s "
            "are left. Take fewer series or rows (max_rows), more time, or a faster model such as "
            "auto_ces or linear."
        ),
        model=name,
        seconds=max(1, round(seconds)),
        series=len(panel) * len(panel.channels),
        left=int(budget.left()),
    )


def chunk(seconds: float, series: int) -> int:
    """Series to fit between two looks at the caller's wishes."""
    return int(np.clip(SECONDS_BETWEEN * series / max(seconds, 1e-9), 1, MOST_TOGETHER))
