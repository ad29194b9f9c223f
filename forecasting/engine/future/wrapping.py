"""Which models get their covariates forecast, and how to ask for it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from forecasting.engine.forecaster import Forecaster
from forecasting.engine.future.completing import ends_early, promoted_names
from forecasting.engine.future.forecaster import CovariateForecasting
from forecasting.engine.panel import Panel


def with_forecast_covariates(
    model: Forecaster, covariate_model: str = "linear", **changes: Any
) -> CovariateForecasting:
    """Unfitted, around a model with the settings of ``model``; others of CovariateSettings."""
    return CovariateForecasting(
        model=model.name,
        model_settings=asdict(model.settings),
        covariate_model=covariate_model,
        **changes,
    )


def over_horizon(model: Forecaster, panel: Panel, horizon: int) -> Forecaster:
    """The model as it is where it can use what ``panel`` knows, else with covariates forecast.

    That is: where known covariates end before the horizon does, and where a model looks at known
    covariates but not at past ones, of which the panel has some.
    """
    able = model.capabilities
    if model.name == CovariateForecasting.name or not able.uses_known_future:
        return model
    unseen = bool(promoted_names(panel)) and not able.uses_past
    return with_forecast_covariates(model) if unseen or ends_early(panel, horizon) else model
