"""Grown trees and the plan of their inputs: windows in, scaled forecasts out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from forecasting.engine.boosting.booster import Booster, Table
from forecasting.engine.boosting.features import inputs_of
from forecasting.engine.boosting.histories import Histories, Places
from forecasting.engine.boosting.plan import MOST_SEASONS, Plan
from forecasting.engine.boosting.sampling import Rows
from forecasting.engine.panel import Floats
from forecasting.engine.watch import Watch

# Cells of windows and inputs that are worked on at once, some 80 MB.
CELLS: Final = 10_000_000


@dataclass(frozen=True, eq=False)
class Trees:
    """One booster per learned quantile, or one for the mean; none where nothing could be learned,
    and the anchor is the forecast."""

    plan: Plan
    boosters: tuple[Booster, ...]
    rounds: tuple[int, ...]

    def forecast(
        self, histories: Histories, variates: Places, origins: Places, steps: Places
    ) -> Floats:
        """Scaled forecasts ``[Q, n, k]`` of ``steps`` ``[k]`` from each origin, in order of Q."""
        rows = Rows(variates, origins, np.broadcast_to(steps, (len(origins), len(steps))))
        direct = self.plan.with_step or int(steps[-1]) == 0
        run = self._direct if direct else self._recursive
        parts = [run(histories, part) for part in pieces(self.plan, rows)]
        return np.sort(np.concatenate(parts, axis=1), axis=0)

    def _direct(self, histories: Histories, rows: Rows) -> Floats:
        inputs, level = inputs_of(self.plan, histories, rows)
        return self._grown(inputs).reshape(-1, *level.shape) + level

    def _recursive(self, histories: Histories, rows: Rows) -> Floats:
        """One step at a time; every forecast is the past of the next."""
        lookback, last = self.plan.lookback, int(rows.steps.max())
        past = np.full((len(rows), lookback + last + 1), np.nan)
        past[:, :lookback] = histories.windows(rows.variates, rows.origins)
        first = np.zeros((len(rows), 1), dtype=np.int64)
        for step in range(last + 1):
            moved = Rows(rows.variates, rows.origins + step, first)
            window = past[:, step : step + lookback]
            inputs, level = inputs_of(self.plan, histories, moved, window, ahead=step)
            past[:, lookback + step] = self._grown(inputs)[0] + level[:, 0]
        return past[None, :, lookback:][:, :, rows.steps[0]]

    def _grown(self, inputs: Any) -> Floats:
        """What the trees add to the anchor, ``[Q, n]``."""
        if not self.boosters:
            return np.zeros((1, len(inputs)))
        pairs = zip(self.boosters, self.rounds, strict=True)
        return np.stack([booster.predict(inputs, rounds) for booster, rounds in pairs])


def pieces(plan: Plan, rows: Rows) -> list[Rows]:
    """The rows in parts that fit into memory."""
    cells = plan.lookback + rows.steps.shape[1] * (len(plan.names()) + MOST_SEASONS)
    size = max(1, CELLS // cells)
    return [rows.part(first, first + size) for first in range(0, max(len(rows), 1), size)]


def table_of(plan: Plan, histories: Histories, rows: Rows, targets: Floats, watch: Watch) -> Table:
    """Inputs and targets less the anchor of all rows whose target ``[n, k]`` is known."""
    inputs, gaps, first = [], [], 0
    for part in pieces(plan, rows):
        watch.check()
        found, level = inputs_of(plan, histories, part)
        wanted = (targets[first : first + len(part)] - level).reshape(-1)
        seen = ~np.isnan(wanted)
        inputs.append(found if seen.all() else found[seen])
        gaps.append(wanted[seen])
        first += len(part)
    return Table(np.concatenate(inputs), np.concatenate(gaps), len(plan.categories()))
