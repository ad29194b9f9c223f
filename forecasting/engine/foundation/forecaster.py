"""Pretrained networks as forecasters: no training, intervals measured on the series themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.baselines import require_two_rows
from forecasting.engine.covariate_blocks import known_names, past_names
from forecasting.engine.covariate_matching import matched
from forecasting.engine.errors import ArtifactError, SettingsError, gettext_noop
from forecasting.engine.forecast import Forecast
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.foundation.asking import ask
from forecasting.engine.foundation.backbone import FAMILIES, Backbone, opened
from forecasting.engine.foundation.calibrating import calibrated
from forecasting.engine.foundation.capabilities import FOUNDATION
from forecasting.engine.foundation.settings import FoundationSettings
from forecasting.engine.foundation.weights import Weights
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.recalibration import MEDIAN, QUANTILES, Recalibration, recalibrated
from forecasting.engine.watch import Watch

FAR = gettext_noop(
    "The network was trained for at most %(native)s steps; later ones are forecast from its own "
    "forecasts."
)


class Foundation(Forecaster):
    """Forecasts with the weights of a local folder; settings in FoundationSettings.

    A forecast always covers the fitted horizon at least and is cut when fewer steps are asked for,
    so that a shorter one is the beginning of a longer one.
    """

    settings_type = FoundationSettings
    capabilities = FOUNDATION
    package: ClassVar[str]

    weights_: Weights
    recalibration_: Recalibration
    covariates_: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())

    def __init__(self, settings: Any = None, **changes: Any) -> None:
        super().__init__(settings, **changes)
        # The newest forecast, whose bands need no second pass; no part of what was learned.
        self._newest: tuple[Floats, Floats] | None = None

    def _fit(self, panel: Panel, horizon: int, watch: Watch, checkpoint: Path | None) -> None:
        require_two_rows(panel)
        self.weights_ = self._read()
        watch.report(0.0, gettext_noop("Reading the weights"))
        backbone = self._backbone()
        self.lookback_ = min(self.settings.context, backbone.context, int(panel.lengths.max()))
        self.covariates_ = ((), ())
        if self.settings.covariates and backbone.uses_covariates:
            self.covariates_ = (known_names(panel), past_names(panel))
        sizes = (self.lookback_, self.settings.batch)
        data = self._matched(panel)
        learned = calibrated(
            backbone, data, horizon, self.settings.windows, sizes, watch.part(0.1, 1.0)
        )
        self.intervals_, self.recalibration_ = learned.intervals, learned.recalibration
        self.report_ = {
            "family": self.weights_.family,
            "weights_sha256": self.weights_.sha256,
            "context": self.lookback_,
            "past_forecasts": learned.places,
        }

    def _read(self) -> Weights:
        weights = Weights.read(self.settings.weights)
        if weights.family not in FAMILIES[self.package]:
            raise SettingsError(
                gettext_noop(
                    "The weights in %(folder)s are of the family %(family)s, not for %(model)s."
                ),
                folder=Path(weights.folder).name,
                family=weights.family,
                model=self.name,
            )
        return weights

    def _backbone(self) -> Backbone:
        return opened(self.weights_, self.settings.device)

    def _matched(self, panel: Panel) -> Panel:
        known, past = self.covariates_
        return matched(panel, known, past)

    def _predict(self, panel: Panel, horizon: int) -> Floats:
        if self.covariates_[0] and panel.known is not None:
            for series, rows in enumerate(panel.lengths):
                panel.known.future(series, int(rows), horizon, panel.ids[series])
        return next(self._predict_at(panel, [0], horizon))

    def _predict_at(self, panel: Panel, ends: Sequence[int], horizon: int) -> Iterator[Floats]:
        """Covariates that are not known for all steps are left out beyond their end."""
        panel.drop_last(max(ends))
        data = self._matched(panel)
        steps = max(horizon, self.horizon_)
        places = [(s, int(rows) - end) for end in ends for s, rows in enumerate(data.lengths)]
        sizes = (self.lookback_, self.settings.batch)
        shape = (len(QUANTILES), len(data), steps, len(data.channels))
        quantiles, done = np.empty(shape), 0
        for answers in ask(self._backbone(), data, places, steps, *sizes):
            for (series, _), found in answers:
                quantiles[:, series] = found
                done += 1
                if done % len(data) == 0:
                    yield self._remembered(quantiles[:, :, :horizon])
                    quantiles = np.empty(shape)

    def _remembered(self, quantiles: Floats) -> Floats:
        mean: Floats = quantiles[MEDIAN]
        self._newest = mean, quantiles
        return mean

    def _bands(
        self, panel: Panel, mean: Floats, levels: Sequence[float]
    ) -> tuple[Mapping[float, Floats], Mapping[float, Floats]]:
        """Recalibrated quantiles; widened by what the outcomes since the fit have taught."""
        if self._newest is None or self._newest[0] is not mean:
            self._predict(panel, mean.shape[1])
        assert self._newest is not None
        learned = self.intervals_, self.recalibration_
        return recalibrated(learned, panel, mean, self._newest[1], levels)

    def _answer(self, data: Panel, mean: Floats, levels: Sequence[float]) -> Forecast:
        answer = super()._answer(data, mean, levels)
        native = self._backbone().horizon
        if native is None or mean.shape[1] <= native:
            return answer
        return replace(answer, notes=(*answer.notes, FAR % {"native": native}))

    def learned_arrays(self) -> dict[str, NDArray[Any]]:
        return {"recalibration": self.recalibration_.table}

    def learned_facts(self) -> dict[str, Any]:
        known, past = self.covariates_
        return {"sha256": self.weights_.sha256, "known": list(known), "past": list(past)}

    def restore(self, arrays: dict[str, Any], facts: dict[str, Any]) -> None:
        """Raises ArtifactError when the folder holds other weights than those of the fit."""
        self.weights_ = self._read()
        if self.weights_.sha256 != facts["sha256"]:
            raise ArtifactError(
                gettext_noop(
                    "The weights in %(folder)s are not those this model was made with; put the "
                    "earlier ones back or fit it again."
                ),
                folder=Path(self.weights_.folder).name,
            )
        self.recalibration_ = Recalibration(arrays["recalibration"], self.horizon_)
        self.covariates_ = (tuple(facts["known"]), tuple(facts["past"]))


class Chronos(Foundation):
    """Chronos-2 and Chronos-Bolt."""

    name = "chronos"
    package = "chronos"


class TimesFM(Foundation):
    """TimesFM 3."""

    name = "timesfm"
    package = "timesfm"
