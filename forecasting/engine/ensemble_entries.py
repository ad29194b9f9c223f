"""The ensemble, without importing it."""

from __future__ import annotations

from typing import Final

from forecasting.engine.capabilities import Capabilities
from forecasting.engine.ensemble_settings import EnsembleSettings
from forecasting.engine.errors import gettext_noop
from forecasting.engine.model_type import ModelType

ENSEMBLE: Final = Capabilities(global_=True, uses_known_future=True)

ENTRIES: Final = (
    ModelType(
        "ensemble",
        gettext_noop("Ensemble"),
        gettext_noop("Combines several models, weighted by their forecasts of past windows."),
        EnsembleSettings,
        "forecasting.engine.ensembles:Ensemble",
        ENSEMBLE,
    ),
)
