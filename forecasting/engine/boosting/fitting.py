"""From a panel to grown trees: choose anchor and rounds on the past, then grow on all rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.boosting.anchors import best_anchor
from forecasting.engine.boosting.booster import Booster, Table
from forecasting.engine.boosting.growing import Growth, grow
from forecasting.engine.boosting.histories import Histories, Places
from forecasting.engine.boosting.plan import Plan
from forecasting.engine.boosting.sampling import Rows, training_rows
from forecasting.engine.boosting.settings import BoostingSettings
from forecasting.engine.boosting.trees import Trees, table_of
from forecasting.engine.errors import gettext_noop
from forecasting.engine.held_out import Held
from forecasting.engine.intervals import Conformal
from forecasting.engine.missing import Scaled
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.recalibration import MEDIAN, QUANTILES, Recalibration
from forecasting.engine.watch import Watch
from forecasting.engine.windows import scored_steps

HELD_SHARE: Final = 0.2
# With fewer rows than this there is nothing to grow, or to stop by.
LEAST_ROWS: Final = 10
LEAST_HELD: Final = 50
MOST_HELD: Final = 30_000
LEAST_DRAWN: Final = 1_000
ANCHOR_WINDOWS: Final = 2_000
# What a fit gets through in a second on a slow core, with two growths.
ROWS_PER_SECOND: Final = 10_000


@dataclass(frozen=True, eq=False)
class Learned:
    """What a fit leaves behind."""

    trees: Trees
    intervals: Conformal
    recalibration: Recalibration | None
    report: dict[str, Any]


class Fitting:
    """One fit under way."""

    def __init__(
        self,
        panel: Panel,
        horizon: int,
        settings: BoostingSettings,
        booster_type: type[Booster],
        watch: Watch,
    ) -> None:
        self.panel, self.horizon, self.settings = panel, horizon, settings
        self.booster_type, self.watch = booster_type, watch
        self.quantiles: tuple[float | None, ...] = (
            QUANTILES if settings.objective == "quantile" else (None,)
        )
        self.scaled = Scaled.of(panel)
        self.rows = 0

    def run(self, lookback: int) -> Learned:
        """Grow on the older rows, measure on the newer ones, grow on all."""
        plan = Plan.of(self.panel, self.settings, lookback, self.horizon)
        self.histories = Histories.of(
            self.panel, self.scaled.mean, self.scaled.spread, lookback, spare=self.horizon
        )
        lengths = self.histories.lengths
        cuts = held_from(lengths, self.horizon)
        steps = scored_steps(self.horizon)
        held = Held.between(self.scaled, (cuts, lengths), 1, steps)
        plan = replace(plan, anchor=self._anchor(plan, cuts))
        watch = self.watch
        watch.report(0.02, gettext_noop("Fitting on an earlier part"))
        older, growths = self._grown(plan, cuts, watch.part(0.02, 0.45), held, None)
        watch.report(0.45, gettext_noop("Measuring the intervals"))
        forecasts = older.forecast(self.histories, held.variates, held.origins, steps)
        intervals, recalibration = self._intervals(held, forecasts, steps)
        watch.report(0.55, gettext_noop("Fitting on all rows"))
        trees, _ = self._grown(plan, lengths, watch.part(0.55, 1.0), None, growths)
        return Learned(trees, intervals, recalibration, self._report(trees, growths))

    def _anchor(self, plan: Plan, ends: Places) -> str:
        if self.settings.anchor != "auto":
            return self.settings.anchor
        rows = self._drawn(ends, 8 * ANCHOR_WINDOWS)
        windows = self.histories.windows(rows.variates, rows.origins)
        targets = self.histories.values(rows.variates, rows.targets())
        return best_anchor(windows, rows.steps, targets, plan.season)

    def _drawn(self, ends: Places, most: int) -> Rows:
        direct = self.settings.strategy == "direct"
        return training_rows(ends, self.horizon if direct else 1, most, self.settings.seed)

    def _most_rows(self) -> int:
        """The share of every quantile in the bound on the rows, less where the time is short."""
        rows: float = self.settings.max_rows
        budget = self.watch.budget
        if budget.seconds is not None:
            rows = min(rows, ROWS_PER_SECOND * budget.left())
        return max(int(rows / len(self.quantiles)), LEAST_DRAWN)

    def _grown(
        self,
        plan: Plan,
        ends: Places,
        watch: Watch,
        held: Held | None,
        growths: list[Growth] | None,
    ) -> tuple[Trees, list[Growth]]:
        """Trees for every quantile on rows before ``ends``; as many as ``growths`` once needed."""
        rows = self._drawn(ends, self._most_rows())
        targets = self.histories.values(rows.variates, rows.targets())
        known = int(np.sum(~np.isnan(targets)))
        if known < LEAST_ROWS:
            return Trees(plan, (), ()), []
        table = table_of(plan, self.histories, rows, targets, watch)
        self.rows = len(table.targets)
        held_table = self._held_table(plan, held, watch) if held else None
        boosters, found = [], []
        for place, quantile in enumerate(self.quantiles):
            count = len(self.quantiles)
            left = (count - place) * (1 if held is None else 2)
            part = watch.part(place / count, (place + 1) / count)
            booster = self.booster_type.start(self.settings, table, held_table, quantile)
            rounds = growths[place].rounds if growths else self.settings.rounds
            patience = self.settings.patience if held_table else 0
            found.append(grow(booster, rounds, part, self.watch.budget.share(left), patience))
            boosters.append(booster)
        return Trees(plan, tuple(boosters), tuple(g.rounds for g in found)), found

    def _held_table(self, plan: Plan, held: Held, watch: Watch) -> Table | None:
        """Rows that tell when to stop; None where they are too few to tell."""
        steps = scored_steps(self.horizon)
        targets = held.targets
        if self.settings.strategy == "recursive":
            steps, targets = steps[:1], targets[:, :1]
        if np.sum(~np.isnan(targets)) < LEAST_HELD:
            return None
        # Each round is measured on all of them, so a part has to do.
        every = slice(None, None, -(-targets.size // MOST_HELD))
        origins = held.origins[every]
        rows = Rows(
            held.variates[every], origins, np.broadcast_to(steps, (len(origins), len(steps)))
        )
        return table_of(plan, self.histories, rows, targets[every], watch)

    def _intervals(
        self, held: Held, forecasts: Floats, steps: NDArray[np.int64]
    ) -> tuple[Conformal, Recalibration | None]:
        middle = forecasts[MEDIAN if len(forecasts) > 1 else 0]
        scores = held.scores(self.scaled, middle)
        intervals = Conformal.fit(self.panel, self.scaled, scores).at_steps(steps, self.horizon)
        if len(forecasts) == 1:
            return intervals, None
        return intervals, Recalibration.fit(forecasts, held.targets, steps, self.horizon)

    def _report(self, trees: Trees, growths: list[Growth]) -> dict[str, Any]:
        gains = sum((b.gains() for b in trees.boosters), np.zeros(len(trees.plan.names())))
        share = gains / (gains.sum() or 1.0)
        names = trees.plan.names()
        return {
            "lookback": trees.plan.lookback,
            "anchor": trees.plan.anchor,
            "rows": self.rows,
            "rounds": list(trees.rounds),
            "ended_by": [growth.ended_by for growth in growths],
            "held_loss": [growth.loss for growth in growths],
            "gain": {name: float(part) for name, part in zip(names, share, strict=True)},
        }


def held_from(lengths: Places, horizon: int) -> Places:
    """First held-out row: the newest fifth, a whole horizon where half of the rows can be kept."""
    newest = ((1 - HELD_SHARE) * lengths).astype(np.int64)
    whole = np.where(lengths - horizon >= lengths // 2, lengths - horizon, newest)
    return np.maximum(np.minimum(newest, whole), 1)
