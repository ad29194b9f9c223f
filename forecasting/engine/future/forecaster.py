"""A forecast that forecasts its covariates too, and is as unsure as they are.

Past covariates, and known ones that end before the horizon does, are continued by a model of their
own. Its past errors give possible futures of the covariates, the target is forecast for each of
them, and their spread and that of the target make the intervals (mixing.py). Taking a forecast
for the truth would make them too narrow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Final, Self

import numpy as np
from numpy.typing import NDArray

from forecasting.engine import members
from forecasting.engine.capabilities import Capabilities
from forecasting.engine.errors import SettingsError, gettext_noop
from forecasting.engine.forecast import Forecast
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.future.calendars import Calendar
from forecasting.engine.future.completing import Completed, early_groups, promoted_names, told
from forecasting.engine.future.mixing import LEVELS, mixed, offsets
from forecasting.engine.future.settings import NAME, CovariateSettings
from forecasting.engine.future.unknown import Unknown
from forecasting.engine.intervals import check_levels
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.registry import create
from forecasting.engine.watch import Watch

FITTING: Final = 0.7
FORECAST_TOO: Final = gettext_noop(
    "Some covariates are forecast as well; the intervals tell how unsure they are."
)


class CovariateForecasting(Forecaster):
    """``settings.model`` beside covariates that ``settings.covariate_model`` continues.

    Without covariates that end too early it is the model alone.
    """

    name = NAME
    settings_type = CovariateSettings
    capabilities: ClassVar[Capabilities] = Capabilities(
        global_=True, uses_known_future=True, uses_past=True
    )

    model_: Forecaster
    unknown_: list[Unknown]
    calendar_: Calendar | None = None

    def __init__(self, settings: Any = None, **changes: Any) -> None:
        super().__init__(settings, **changes)
        # The newest forecast for every future, which its bands need; no part of what was learned.
        self._newest: tuple[Floats, Completed, Floats] | None = None

    def _fit(self, panel: Panel, horizon: int, watch: Watch, checkpoint: Path | None) -> None:
        wanted, first = self.settings, watch.part(0.0, FITTING)
        model = create(wanted.model, **wanted.model_settings)
        model.on_epoch, model.on_shards = self.on_epoch, self.on_shards
        _require_use(model)
        self.calendar_ = None
        if wanted.calendar:
            place = wanted.country, wanted.subdivision, wanted.zone
            self.calendar_ = Calendar.of(panel, None, *place)
        self.model_ = model.fit(
            told(panel, self.calendar_, horizon),
            horizon=horizon,
            progress=first.report,
            should_stop=first.should_stop,
            checkpoint=checkpoint and checkpoint / model.name,
            budget=watch.budget.share(1),
        )
        kinds = [("past", promoted_names(panel))]
        kinds += [("known", names) for names in early_groups(panel, horizon)]
        self.unknown_ = self._learned(panel, kinds, horizon, watch.part(FITTING, 1.0))
        fitted = [self.model_, *(one.model for one in self.unknown_)]
        self.lookback_ = max(member.lookback_ for member in fitted)
        self.intervals_ = self.model_.intervals_
        self.report_ = {
            "model": self.model_.report_,
            "covariates": {one.model.name: list(one.names) for one in self.unknown_},
            "paths": [0 if one.paths is None else len(one.paths) for one in self.unknown_],
        }

    def update(self, panel: Panel) -> Self:
        """Take in new rows; known covariates that end with them are forecast from now on."""
        super().update(panel)
        forecast = {name for one in self.unknown_ for name in one.names}
        early = early_groups(self.context_, self.horizon_)
        rest = [tuple(name for name in names if name not in forecast) for names in early]
        kinds = [("known", names) for names in rest]
        self.unknown_ += self._learned(self.context_, kinds, self.horizon_, Watch())
        return self

    def _learned(
        self,
        panel: Panel,
        kinds: Sequence[tuple[str, tuple[str, ...]]],
        horizon: int,
        watch: Watch,
    ) -> list[Unknown]:
        wanted = [(kind, names) for kind, names in kinds if names]
        return [
            Unknown.learned(
                panel,
                kind,
                names,
                horizon,
                self.settings,
                watch.part(place / len(wanted), (place + 1) / len(wanted)),
            )
            for place, (kind, names) in enumerate(wanted)
        ]

    def covariates(
        self, panel: Panel | None = None, levels: Sequence[float] = (80, 95)
    ) -> list[Forecast]:
        """What the covariates are forecast to be, after the last row at which each is known."""
        data = self.context_ if panel is None else panel
        return [one.forecast(data, self.horizon_, tuple(levels)) for one in self.unknown_]

    def _means(self, completed: Completed, horizon: int) -> Floats:
        """The forecast for every future of the covariates, ``[N, S, H, C]``."""
        return np.stack(
            [
                self.model_.predict(completed.future(n), horizon, ()).mean
                for n in range(1 if len(completed) > 1 else 0, len(completed))
            ]
        )

    def _predict(self, panel: Panel, horizon: int) -> Floats:
        completed = Completed.of(panel, self.unknown_, self.calendar_, horizon)
        means = self._means(completed, horizon)
        mean: Floats = means.mean(axis=0)
        self._newest = mean, completed, means
        return mean

    def _bands(
        self, panel: Panel, mean: Floats, levels: Sequence[float]
    ) -> tuple[Mapping[float, Floats], Mapping[float, Floats]]:
        check_levels(levels)
        if self._newest is None or self._newest[0] is not mean:
            self._predict(panel, mean.shape[1])
        assert self._newest is not None
        _, completed, means = self._newest
        likely = completed.future(0)
        if len(completed) == 1:
            alone = self.model_.predict(likely, mean.shape[1], levels)
            return alone.lower, alone.upper
        return mixed(means, offsets(self.model_.predict(likely, mean.shape[1], LEVELS)), levels)

    def _answer(self, data: Panel, mean: Floats, levels: Sequence[float]) -> Forecast:
        answer = super()._answer(data, mean, levels)
        return replace(answer, notes=(*answer.notes, FORECAST_TOO)) if self.unknown_ else answer

    def _update(self, longer: Panel, new: int) -> None:
        self.model_.update(told(longer, self.calendar_, self.horizon_))
        self.intervals_ = self.model_.intervals_
        for one in self.unknown_:
            one.update(longer)

    def learned_arrays(self) -> dict[str, NDArray[Any]]:
        arrays = members.arrays_of([self.model_, *(one.model for one in self.unknown_)])
        for place, one in enumerate(self.unknown_):
            if one.paths is not None:
                arrays[f"paths{place}"] = one.paths.errors
        return arrays

    def learned_facts(self) -> dict[str, Any]:
        return {
            "members": members.facts_of([self.model_, *(one.model for one in self.unknown_)]),
            "calendar": self.calendar_ and self.calendar_.facts(),
            "unknown": [one.facts() for one in self.unknown_],
        }

    def restore(self, arrays: dict[str, Any], facts: dict[str, Any]) -> None:
        found = members.restored(facts["members"], arrays, self.context_, self.horizon_)
        self.calendar_ = facts["calendar"] and Calendar.restored(facts["calendar"])
        self.model_ = found[0]
        self.model_.context_ = told(self.context_, self.calendar_, self.horizon_)
        self.unknown_ = [
            Unknown.restored(fact, model, arrays.get(f"paths{place}"), self.context_)
            for place, (fact, model) in enumerate(zip(facts["unknown"], found[1:], strict=True))
        ]


def _require_use(model: Forecaster) -> None:
    if not model.capabilities.uses_known_future:
        raise SettingsError(
            gettext_noop(
                "%(model)s does not look at covariates of the future; take a model that does, for "
                "example linear_stack, lightgbm or auto_arima."
            ),
            model=model.name,
        )
