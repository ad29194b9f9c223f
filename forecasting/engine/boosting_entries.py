"""The boosted trees, without importing their libraries."""

from __future__ import annotations

from typing import Final

from forecasting.engine.boosting.settings import BOOSTED, BoostingSettings
from forecasting.engine.errors import gettext_noop
from forecasting.engine.model_type import ModelType

ENTRIES: Final = (
    ModelType(
        "lightgbm",
        gettext_noop("LightGBM"),
        gettext_noop("Boosted trees on the recent past, the calendar and known covariates."),
        BoostingSettings,
        "forecasting.engine.boosting.lightgbm_model:LightGBM",
        BOOSTED,
    ),
    ModelType(
        "xgboost",
        gettext_noop("XGBoost"),
        gettext_noop("Boosted trees like LightGBM, grown by another library."),
        BoostingSettings,
        "forecasting.engine.boosting.xgboost_model:XGBoost",
        BOOSTED,
    ),
)
