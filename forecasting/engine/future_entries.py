"""The forecast that forecasts its covariates, without importing it."""

from __future__ import annotations

from typing import Final

from forecasting.engine.capabilities import Capabilities
from forecasting.engine.errors import gettext_noop
from forecasting.engine.future.settings import NAME, CovariateSettings
from forecasting.engine.model_type import ModelType

BESIDE: Final = Capabilities(global_=True, uses_known_future=True, uses_past=True)

ENTRIES: Final = (
    ModelType(
        NAME,
        gettext_noop("With forecast covariates"),
        gettext_noop("Forecasts what nobody knows of the covariates and tells how unsure it is."),
        CovariateSettings,
        "forecasting.engine.future.forecaster:CovariateForecasting",
        BESIDE,
    ),
)
