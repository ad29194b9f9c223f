"""A model of all levels whose forecasts add up.

It is an ordinary Forecaster of the panel that ``Hierarchy.aggregate`` gives: all series in, all
series out, so that backtests, comparisons, updates and saved models work as for any other and show
by level what reconciling changed. One other model forecasts every series; its errors on past
windows it had not learned from weigh the series and shake the sample paths.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine import members
from forecasting.engine.capabilities import Capabilities
from forecasting.engine.errors import gettext_noop
from forecasting.engine.forecast import Forecast
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.hierarchy.past_errors import PastErrors
from forecasting.engine.hierarchy.reconciliation import coherent
from forecasting.engine.hierarchy.settings import ReconciledSettings, Reconciliation
from forecasting.engine.hierarchy.sharing import learned_shares
from forecasting.engine.hierarchy.structure import Hierarchy
from forecasting.engine.hierarchy.task import Task
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.registry import create
from forecasting.engine.watch import Watch

# Of the work and of the time, what testing on past windows takes; the rest is the final fit.
TESTING: Final = 0.5
# Levels from which the copula knows the intervals of the base forecasts.
KNOWN_LEVELS: Final = (20, 40, 60, 80, 90, 95, 99)
EACH_ALONE = gettext_noop(
    "The history is too short to see how errors hang together; the intervals are those of each "
    "series alone and do not add up."
)


class Reconciled(Forecaster):
    """Forecasts all series of ``settings.hierarchy`` by ``settings.model`` and lets them add up.

    Without a hierarchy the series stand alone. A history too short for past windows is weighed by
    the number of members (wls_struct); ``report_`` says so.
    """

    name = "reconciled"
    settings_type = ReconciledSettings
    capabilities = Capabilities(global_=True, uses_known_future=True)

    base_: Forecaster
    errors_: PastErrors | None = None
    shares_: Floats | None = None

    @cached_property
    def hierarchy(self) -> Hierarchy | None:
        """The hierarchy of the settings."""
        facts = self.settings.hierarchy
        return None if facts is None else Hierarchy.from_facts(facts)

    @property
    def how(self) -> Reconciliation:
        """How the forecasts are made to add up with what the past allowed to learn."""
        names = [field.name for field in fields(Reconciliation)]
        wanted = Reconciliation(**{name: getattr(self.settings, name) for name in names})
        lacking = wanted.needs_errors and self.errors_ is None
        return replace(wanted, method="wls_struct") if lacking else wanted

    def _fit(self, panel: Panel, horizon: int, watch: Watch, checkpoint: Path | None) -> None:
        base = create(self.settings.model, **self.settings.model_settings)
        self.errors_ = self.shares_ = None
        if self.hierarchy is not None:
            places = self.hierarchy.place(panel.ids)
            testing = watch.part(0.0, TESTING)
            if watch.budget.seconds is not None:
                testing = replace(testing, budget=watch.budget.share(2))
            windows = self.settings.windows
            errors = PastErrors.out_of_fold(base, panel, horizon, windows, testing)
            self.errors_ = errors and errors.at(places)
            if self.how.needs_history:
                self.shares_ = learned_shares(self.hierarchy, self.how, panel)
        last = watch.part(TESTING, 1.0)
        last.report(0.0, gettext_noop("Fitting on all rows"))
        learning = base.fresh()
        learning.on_shards = self.on_shards
        self.base_ = learning.fit(
            panel,
            horizon=horizon,
            progress=last.report,
            should_stop=last.should_stop,
            checkpoint=checkpoint,
            budget=watch.budget.share(1),
        )
        self.lookback_, self.intervals_ = self.base_.lookback_, self.base_.intervals_
        self.report_ = {
            "method": self.how.method,
            "windows": 0 if self.errors_ is None else len(self.errors_.values),
            "base": self.base_.report_,
        }

    def levels_of(self, panel: Panel) -> Panel:
        """All levels from a panel of the single series, or of more than the model has learned."""
        hierarchy = self.hierarchy
        if hierarchy is None or set(panel.ids) == set(hierarchy.names):
            return panel
        if not set(hierarchy.bottom) <= set(panel.ids):
            return panel
        return hierarchy.aggregate(panel.select(list(hierarchy.bottom)))

    def _predict(self, panel: Panel, horizon: int) -> Floats:
        return self._coherent(self.base_.predict(panel, horizon, levels=())).mean

    def _predict_at(self, panel: Panel, ends: Sequence[int], horizon: int) -> Iterator[Floats]:
        for answer in self.base_.predict_at(panel, ends, levels=()):
            yield self._coherent(answer).mean[:, :horizon]

    def _bands(
        self, panel: Panel, mean: Floats, levels: Sequence[float]
    ) -> tuple[Mapping[float, Floats], Mapping[float, Floats]]:
        """From joint samples where past errors are known, else those of the base forecasts."""
        wanted = {*levels, *KNOWN_LEVELS} if self.errors_ is not None and levels else levels
        base = self.base_.predict(panel, mean.shape[1], levels=sorted(wanted))
        found = self._coherent(base)
        if self.errors_ is None:
            lower = {p: mean + (base.lower[p] - base.mean) for p in levels}
            return lower, {p: mean + (base.upper[p] - base.mean) for p in levels}
        return {p: found.lower[p] for p in levels}, {p: found.upper[p] for p in levels}

    def _coherent(self, base: Forecast) -> Forecast:
        if self.hierarchy is None:
            return base
        return coherent(
            Task.of(base, self.hierarchy, self.how, self.errors_, self.shares_), Watch()
        )

    def _answer(self, data: Panel, mean: Floats, levels: Sequence[float]) -> Forecast:
        answer = super()._answer(data, mean, levels)
        alone = self.hierarchy is not None and self.errors_ is None and len(levels) > 0
        return replace(answer, notes=(*answer.notes, EACH_ALONE)) if alone else answer

    def _update(self, longer: Panel, new: int) -> None:
        self.base_.update(longer)
        self.intervals_ = self.base_.intervals_

    def learned_arrays(self) -> dict[str, NDArray[Any]]:
        arrays = members.arrays_of([self.base_])
        if self.errors_ is not None:
            arrays |= {"errors": self.errors_.values}
        return arrays if self.shares_ is None else arrays | {"shares": self.shares_}

    def learned_facts(self) -> dict[str, Any]:
        independent = None if self.errors_ is None else self.errors_.independent
        return {"base": members.facts_of([self.base_]), "independent": independent}

    def restore(self, arrays: dict[str, Any], facts: dict[str, Any]) -> None:
        restored = members.restored(facts["base"], arrays, self.context_, self.horizon_)
        self.base_ = restored[0]
        if "errors" in arrays:
            self.errors_ = PastErrors(np.asarray(arrays["errors"]), facts["independent"])
        self.shares_ = arrays.get("shares")
