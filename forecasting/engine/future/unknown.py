"""Covariates nobody knows ahead: what of them is missing, forecast, and put in its place."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.covariate_matching import matched
from forecasting.engine.errors import TooShortError, gettext_noop
from forecasting.engine.forecast import Forecast
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.future.residual_paths import ResidualPaths, best_of
from forecasting.engine.future.settings import AUTO, CovariateSettings
from forecasting.engine.limits import Limits
from forecasting.engine.panel import Floats, Panel, flat_rows
from forecasting.engine.registry import create
from forecasting.engine.watch import Watch

CANDIDATES: Final = ("linear", "seasonal_naive", "naive")
# Where no past window can be tested, whole intervals become paths: all steps high, or all low.
FALLBACK_PATHS: Final = 20


@dataclass(frozen=True, eq=False)
class Unknown:
    """Covariates ``names`` that end too early, of the ``kind`` past or known, and their model."""

    kind: str
    names: tuple[str, ...]
    model: Forecaster
    paths: ResidualPaths | None
    limits: tuple[Limits, ...]

    @staticmethod
    def learned(
        panel: Panel,
        kind: str,
        names: tuple[str, ...],
        horizon: int,
        how: CovariateSettings,
        watch: Watch,
    ) -> Unknown:
        """Choose the model by ``how`` (CovariateSettings), test it on the past, fit it on all."""
        rows = series_of(panel, kind, names)
        watch.report(0.0, gettext_noop("Forecasting the covariates"))
        chosen = CANDIDATES if how.covariate_model == AUTO else (how.covariate_model,)
        models = [create(name) for name in chosen]
        model, paths = best_of(models, rows, horizon, how.paths, watch.part(0.0, 0.7))
        fitted = _fitted(model, rows, horizon, watch.part(0.7, 1.0))
        limits = tuple(_limits(rows.values[:, place]) for place in range(len(names)))
        return Unknown(kind, names, fitted, paths, limits)

    def forecast(self, panel: Panel, horizon: int, levels: tuple[float, ...] = ()) -> Forecast:
        """What the covariates will be after their last known rows."""
        return self.model.predict(series_of(panel, self.kind, self.names), horizon, levels)

    def futures(self, panel: Panel, horizon: int) -> Floats:
        """Possible futures ``[N, S, H, P]``; first comes the forecast itself."""
        rows = series_of(panel, self.kind, self.names)
        if self.paths is None:
            steps = np.arange(1, FALLBACK_PATHS, 2) * 100.0 / FALLBACK_PATHS
            answer = self.model.predict(rows, horizon, tuple(steps))
            ends = [side[p] for p in steps for side in (answer.lower, answer.upper)]
            found = np.stack([answer.mean, *ends])
        else:
            mean = self.model.predict(rows, horizon, ()).mean
            found = np.concatenate([mean[None], mean + self.paths.on(rows, horizon)])
        for place, limits in enumerate(self.limits):
            found[1:, ..., place] = limits.mean(found[1:, ..., place])
        return found

    def begins(self, panel: Panel) -> NDArray[np.int64]:
        """The step, from 0, from which on each series of the panel has a forecast of them."""
        rows = series_of(panel, self.kind, self.names).lengths
        found: NDArray[np.int64] = np.maximum(rows - panel.lengths, 0)
        return found

    def facts(self) -> dict[str, Any]:
        """As JSON; the model and the errors are saved apart."""
        paths = self.paths and {"ids": list(self.paths.ids), "loss": self.paths.loss}
        limits = [asdict(one) for one in self.limits]
        return {"kind": self.kind, "names": list(self.names), "limits": limits, "paths": paths}

    @staticmethod
    def restored(facts: dict[str, Any], model: Forecaster, errors: Any, context: Panel) -> Unknown:
        """What ``facts`` gave, with the fitted model and the errors of its paths."""
        kind, names, found = facts["kind"], tuple(facts["names"]), facts["paths"]
        model.context_ = series_of(context, kind, names)
        paths = found and ResidualPaths(tuple(found["ids"]), errors, found["loss"])
        return Unknown(kind, names, model, paths, tuple(Limits(**one) for one in facts["limits"]))

    def update(self, longer: Panel) -> None:
        """Take in new rows; known covariates only up to the last row of the series."""
        rows = series_of(longer, self.kind, self.names)
        if self.kind == "known":
            cut = [rows.at(s)[: longer.lengths[s]] for s in range(len(rows))]
            rows = Panel(rows.ids, rows.channels, rows.frequency, rows.starts, *flat_rows(cut))
        self.model.update(rows)


def _fitted(model: Forecaster, rows: Panel, horizon: int, watch: Watch) -> Forecaster:
    """The model, or the last value repeated where the rows are too few for it."""
    for candidate in (model.fresh(), create("naive")):
        try:
            return candidate.fit(
                rows, horizon=horizon, progress=watch.report, should_stop=watch.should_stop
            )
        except TooShortError:
            if candidate.name == "naive":
                raise
    raise AssertionError


def series_of(panel: Panel, kind: str, names: tuple[str, ...]) -> Panel:
    """The covariates as a panel of their own, one channel each, up to where they are known."""
    head = panel.ids, names, panel.frequency, panel.starts
    if kind == "past":
        found = matched(panel, past=names).past
        assert found is not None
        return Panel(*head, found.values, panel.indptr)
    known = matched(panel, known=names).known
    assert known is not None
    return Panel(*head, known.values, known.indptr)


def _limits(values: Floats) -> Limits:
    """What every value so far has kept to: not below zero, whole numbers, zero or one."""
    seen = values[~np.isnan(values)]
    if not len(seen):
        return Limits()
    whole = bool(np.all(seen == np.rint(seen)))
    low = 0.0 if seen.min() >= 0 else None
    return Limits(low, 1.0 if whole and low == 0.0 and seen.max() == 1 else None, whole)
