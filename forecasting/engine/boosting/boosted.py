"""Boosted trees as a forecaster: one model for all series, channels and steps.

The step ahead is an input of the trees, so one fit serves every step of the horizon; a model per
step would see a hundredth of the rows and cost a hundred times as much (direct and recursive
strategies: Ben Taieb et al. 2012). The newest fifth of the rows chooses how many trees to grow and
measures the intervals; then all rows are learned.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.boosting.booster import Booster
from forecasting.engine.boosting.fitting import Fitting
from forecasting.engine.boosting.histories import Histories
from forecasting.engine.boosting.plan import Plan
from forecasting.engine.boosting.settings import BOOSTED, BoostingSettings
from forecasting.engine.boosting.trees import Trees
from forecasting.engine.capabilities import Capabilities
from forecasting.engine.covariate_matching import matched
from forecasting.engine.errors import gettext_noop
from forecasting.engine.folds import default_lookback
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.online import judged
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.recalibration import MEDIAN, Recalibration, recalibrated
from forecasting.engine.too_short import even_the_longest
from forecasting.engine.watch import Watch

LONGEST_LOOKBACK: Final = 1_500
# Rows a series must have beside the horizon, so that something can be learned and measured.
BESIDE_HORIZON: Final = 4
ROWS_AT_ONCE: Final = 200_000


class Boosted(Forecaster):
    """Global trees on differences against an anchor; ``booster_type`` names the library."""

    settings_type: ClassVar[type[Any]] = BoostingSettings
    capabilities: ClassVar[Capabilities] = BOOSTED
    booster_type: ClassVar[type[Booster]]

    trees_: Trees
    recalibration_: Recalibration | None = None
    feature_names_: tuple[str, ...] = ()

    def _fit(self, panel: Panel, horizon: int, watch: Watch, checkpoint: Path | None) -> None:
        _require_rows(panel, horizon)
        wanted = self.settings.lookback or default_lookback(panel.frequency, LONGEST_LOOKBACK)
        self.lookback_ = min(wanted, int(panel.lengths.max()) - 1)
        fitting = Fitting(panel, horizon, self.settings, self.booster_type, watch)
        learned = fitting.run(self.lookback_)
        self.trees_, self.intervals_ = learned.trees, learned.intervals
        self.recalibration_ = learned.recalibration
        self.feature_names_ = learned.trees.plan.names()
        self.report_ = learned.report

    def _predict(self, panel: Panel, horizon: int) -> Floats:
        return self._middle(self._quantiles(panel, horizon))

    def _quantiles(self, panel: Panel, horizon: int) -> Floats:
        """Forecasts ``[Q, S, H, C]`` after the last rows."""
        mean, spread = self.intervals_.moments(panel)
        histories = self.histories(panel)
        variates = np.arange(len(mean))
        origins, steps = histories.lengths, np.arange(horizon)
        found = self.trees_.forecast(histories, variates, origins, steps)
        return _shaped(found, panel, mean, spread)

    def histories(self, panel: Panel) -> Histories:
        """What a forecast after the last rows of ``panel`` looks at."""
        mean, spread = self.intervals_.moments(panel)
        return self._histories(panel.tail(self.lookback_), mean, spread)

    def _predict_at(self, panel: Panel, ends: Sequence[int], horizon: int) -> Iterator[Floats]:
        yield from self._at(panel, ends, horizon, spare=0)

    def _at(self, panel: Panel, ends: Sequence[int], horizon: int, spare: int) -> Iterator[Floats]:
        """Many cutoffs at once: the past is scaled once and the trees are asked in large tables."""
        if not set(panel.ids) <= set(self.intervals_.ids):
            yield from super()._predict_at(panel, ends, horizon)
            return
        mean, spread = self.intervals_.moments(panel)
        histories = self._histories(panel, mean, spread, spare)
        variates, steps = np.arange(len(mean)), np.arange(horizon)
        together = max(1, ROWS_AT_ONCE // (len(mean) * horizon))
        for first in range(0, len(ends), together):
            some = list(ends[first : first + together])
            panel.drop_last(max(some))
            origins = np.concatenate([histories.lengths - end for end in some])
            every = np.tile(variates, len(some))
            found = self.trees_.forecast(histories, every, origins, steps)
            for part in np.split(found, len(some), axis=1):
                yield self._middle(_shaped(part, panel, mean, spread))

    def _middle(self, quantiles: Floats) -> Floats:
        middle: Floats = quantiles[MEDIAN if len(quantiles) > 1 else 0]
        return middle

    def _bands(
        self, panel: Panel, mean: Floats, levels: Sequence[float]
    ) -> tuple[Mapping[float, Floats], Mapping[float, Floats]]:
        """Recalibrated quantiles; widened by what the outcomes since the fit have taught."""
        if self.recalibration_ is None:
            return super()._bands(panel, mean, levels)
        quantiles = self._quantiles(panel, mean.shape[1])
        learned = self.intervals_, self.recalibration_
        return recalibrated(learned, panel, mean, quantiles, levels)

    def _update(self, longer: Panel, new: int) -> None:
        def predict_at(panel: Panel, ends: Sequence[int], horizon: int) -> Iterator[Floats]:
            # The last steps of a judged forecast may lie beyond what is known of the covariates.
            return self._at(panel, ends, horizon, spare=horizon)

        self.intervals_ = judged(self.intervals_, self._matched(longer), new, predict_at)

    def _histories(self, panel: Panel, mean: Floats, spread: Floats, spare: int = 0) -> Histories:
        return Histories.of(self._matched(panel), mean, spread, self.lookback_, spare)

    def _matched(self, panel: Panel) -> Panel:
        plan = self.trees_.plan
        return matched(panel, plan.known, plan.past, plan.static)

    def learned_arrays(self) -> dict[str, NDArray[Any]]:
        arrays: dict[str, NDArray[Any]] = {
            f"trees.{i}": b.to_bytes() for i, b in enumerate(self.trees_.boosters)
        }
        if self.recalibration_ is not None:
            arrays["recalibration"] = self.recalibration_.table
        return arrays

    def learned_facts(self) -> dict[str, Any]:
        return self.trees_.plan.learned() | {"rounds": list(self.trees_.rounds)}

    def restore(self, arrays: dict[str, Any], facts: dict[str, Any]) -> None:
        blank = Plan.blank(self.context_, self.settings, self.lookback_, self.horizon_)
        plan = blank.restored(facts)
        boosters = [
            self.booster_type.from_bytes(
                arrays[f"trees.{i}"], self.settings, len(plan.categories())
            )
            for i in range(len(facts["rounds"]))
        ]
        self.trees_ = Trees(plan, tuple(boosters), tuple(facts["rounds"]))
        self.feature_names_ = plan.names()
        if "recalibration" in arrays:
            self.recalibration_ = Recalibration(arrays["recalibration"], self.horizon_)


def _shaped(found: Floats, panel: Panel, mean: Floats, spread: Floats) -> Floats:
    """Scaled forecasts ``[Q, V, H]`` as ``[Q, S, H, C]`` in the unit of the data."""
    values = found * spread[:, None] + mean[:, None]
    shaped = values.reshape(len(found), len(panel), len(panel.channels), -1)
    return shaped.transpose(0, 1, 3, 2)


def _require_rows(panel: Panel, horizon: int) -> None:
    if int(panel.lengths.max()) < horizon + BESIDE_HORIZON:
        sentence = gettext_noop(
            "Series %(series)s has %(rows)s rows; forecasting %(horizon)s steps needs at least "
            "%(needed)s. Add history or shorten the horizon."
        )
        raise even_the_longest(sentence, panel, horizon, horizon + BESIDE_HORIZON)
