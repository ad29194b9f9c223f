"""The statistical models for the registry, without importing any of them."""

from __future__ import annotations

from typing import Final

from forecasting.engine.model_type import ModelType
from forecasting.engine.statistical.recipes import RECIPES
from forecasting.engine.statistical.settings import (
    StatisticalSettings,
    TBATSSettings,
    TSBSettings,
)

CLASSES: Final = {
    "auto_ets": "AutoETS",
    "auto_arima": "AutoARIMA",
    "auto_theta": "AutoTheta",
    "dynamic_optimized_theta": "DynamicOptimizedTheta",
    "auto_ces": "AutoCES",
    "mstl": "MSTL",
    "mfles": "MFLES",
    "tbats": "TBATS",
    "croston_classic": "CrostonClassic",
    "croston_optimized": "CrostonOptimized",
    "croston_sba": "CrostonSBA",
    "adida": "ADIDA",
    "imapa": "IMAPA",
    "tsb": "TSB",
}
SETTINGS: Final = {"tbats": TBATSSettings, "tsb": TSBSettings}

ENTRIES: Final = tuple(
    ModelType(
        recipe.name,
        recipe.label,
        recipe.description,
        SETTINGS.get(recipe.name, StatisticalSettings),
        f"forecasting.engine.statistical.models:{CLASSES[recipe.name]}",
        recipe.capabilities,
    )
    for recipe in RECIPES
)
