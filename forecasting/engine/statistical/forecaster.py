"""Models of classical statistics, one fit per series, in the contract of the engine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecasting.engine import parallel
from forecasting.engine.baselines import require_two_rows
from forecasting.engine.calendar_steps import Times
from forecasting.engine.calibration import OwnSpread, judged_by_spread
from forecasting.engine.covariate_blocks import known_names
from forecasting.engine.covariate_matching import matched
from forecasting.engine.errors import gettext_noop
from forecasting.engine.forecast import Forecast
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.intervals import Conformal
from forecasting.engine.missing import Scaled
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.statistical.adapter import Learned
from forecasting.engine.statistical.adapters import adapter
from forecasting.engine.statistical.estimates import chunk, estimate_seconds, require_time
from forecasting.engine.statistical.filtering import Filter, Pass
from forecasting.engine.statistical.fitting import Fitted, Job, fit_all, rows_of, spread_of
from forecasting.engine.statistical.local import Local
from forecasting.engine.statistical.settings import StatisticalSettings
from forecasting.engine.statistical.sharding import Wanted, fit
from forecasting.engine.statistical.storing import packed, unpacked
from forecasting.engine.watch import Watch

STANDS_IN = gettext_noop(
    "Some series could not be fitted and repeat their last season; the report of the model names "
    "them."
)


class Statistical(Forecaster):
    """Fits every series and channel alone; a series that cannot be fitted repeats its season."""

    settings_type = StatisticalSettings
    filter_: Filter

    def __init__(self, settings: Any = None, **changes: Any) -> None:
        super().__init__(settings, **changes)
        # The newest forecast, whose bands need no second pass; no part of what was learned.
        self._newest: Pass | None = None

    def _fit(self, panel: Panel, horizon: int, watch: Watch, checkpoint: Path | None) -> None:
        require_two_rows(panel)
        estimate = estimate_seconds(self.name, panel, horizon, self.settings)
        require_time(self.name, estimate, panel, watch.budget)
        scaled = Scaled.of(panel)
        rows = rows_of(panel, scaled, self.name, self.settings.max_rows, horizon)
        watch.report(0.0)
        job = Job(self.name, self.settings, panel.frequency, horizon, rows)
        wanted = Wanted(job, panel.labels, estimate, panel.fingerprint())
        found = fit(wanted, self.settings.processes, watch, checkpoint)
        fitted = found.fitted if found is not None else self._fitted(job, estimate, watch)
        self.lookback_ = min(self.settings.max_rows, int(panel.lengths.max()))
        known = known_names(panel) if self.capabilities.uses_known_future else ()
        self.filter_ = self._filter([one.learned for one in fitted], self._anchors(panel), known)
        self.intervals_ = Conformal.fit(panel, scaled, [one.scores for one in fitted])
        self.report_ |= self._report(panel, fitted, estimate)
        if found is not None and found.failures:
            self.report_["failures"] = found.failures

    def _fitted(self, job: Job, estimate: float, watch: Watch) -> list[Fitted]:
        size = chunk(estimate, len(job.rows))
        jobs = [
            replace(job, rows=job.rows[first : first + size])
            for first in range(0, len(job.rows), size)
        ]
        parts = parallel.run(fit_all, jobs, processes=self.settings.processes, watch=watch)
        return [one for part in parts for one in part]

    def _anchors(self, panel: Panel) -> Times:
        """The time of the first row that is fitted, ``[S]``."""
        return panel.frequency.at(panel.starts, np.maximum(panel.lengths - self.lookback_, 0))

    def _filter(self, models: list[Learned], anchors: Times, known: Sequence[str] = ()) -> Filter:
        local = Local(adapter(self.name, self.settings))
        rows = self.lookback_
        return Filter(self.name, self.settings, local, models, anchors, rows, tuple(known))

    def _report(self, panel: Panel, fitted: Sequence[Fitted], estimate: float) -> dict[str, Any]:
        """The series that the model does not forecast, and how often each kind was chosen."""
        names = [self.filter_.local.name(one.learned) for one in fitted]
        pairs = zip(panel.labels, names, strict=True)
        return {
            "fallbacks": [label for label, name in pairs if name == "repeat"],
            "structures": dict(Counter(names)),
            "estimate_seconds": round(estimate, 2),
        }

    def _pass(self, panel: Panel, horizon: int) -> Pass:
        if self.filter_.known:
            panel = matched(panel, self.filter_.known)
        with parallel.single_threaded():
            return self.filter_.run(panel, self.intervals_.variates(panel), horizon)

    def _predict(self, panel: Panel, horizon: int) -> Floats:
        self._newest = newest = self._pass(panel, horizon)
        return newest.mean

    def _passed(self, panel: Panel, mean: Floats) -> Pass:
        """The pass behind ``mean``."""
        newest = self._newest
        if newest is not None and newest.mean is mean:
            return newest
        return self._pass(panel, mean.shape[1])

    def _bands(
        self, panel: Panel, mean: Floats, levels: Sequence[float]
    ) -> tuple[Mapping[float, Floats], Mapping[float, Floats]]:
        if not self.capabilities.probabilistic:
            return super()._bands(panel, mean, levels)
        spread = self._spread(panel, self._passed(panel, mean))
        own = OwnSpread.over(self.intervals_, lambda _, __: spread)
        widths = own.half_widths(levels, panel, mean.shape[1])
        return (
            {level: mean - width for level, width in widths.items()},
            {level: mean + width for level, width in widths.items()},
        )

    def _spread(self, panel: Panel, passed: Pass) -> Floats:
        """The models' own spread ``[S, H, C]``."""
        series = self.intervals_.moments(panel)[1]
        pairs = zip(passed.aheads, series, strict=True)
        rows = np.stack([spread_of(ahead, float(one)) for ahead, one in pairs])
        return rows.reshape(len(panel), len(panel.channels), -1).transpose(0, 2, 1)

    def _answer(self, data: Panel, mean: Floats, levels: Sequence[float]) -> Forecast:
        answer = super()._answer(data, mean, levels)
        failed = self._passed(data, mean).failed
        return replace(answer, notes=(*answer.notes, STANDS_IN)) if failed else answer

    def _update(self, longer: Panel, new: int) -> None:
        if self.capabilities.probabilistic:
            self.intervals_ = judged_by_spread(
                self.intervals_,
                longer,
                new,
                self._predict_at,
                lambda panel, horizon: self._spread(panel, self._pass(panel, horizon)),
            )
        else:
            super()._update(longer, new)
        self.filter_ = self.filter_.moved(longer, self._memory_rows())

    def learned_arrays(self) -> dict[str, NDArray[Any]]:
        arrays, _ = packed(self.filter_.models)
        return arrays | {"anchors": self.filter_.anchors.view(np.int64)}

    def learned_facts(self) -> dict[str, Any]:
        known = {"known": list(self.filter_.known)} if self.filter_.known else {}
        return {"structures": packed(self.filter_.models)[1]} | known

    def restore(self, arrays: dict[str, Any], facts: dict[str, Any]) -> None:
        anchors = arrays["anchors"].view("datetime64[ns]")
        models = unpacked(arrays, facts["structures"])
        self.filter_ = self._filter(models, anchors, facts.get("known", ()))
