"""The foundation models, without importing any of them."""

from __future__ import annotations

from typing import Final

from forecasting.engine.errors import gettext_noop
from forecasting.engine.foundation.capabilities import FOUNDATION
from forecasting.engine.foundation.settings import FoundationSettings
from forecasting.engine.model_type import ModelType

ENTRIES: Final = (
    ModelType(
        "chronos",
        gettext_noop("Chronos"),
        gettext_noop("A pretrained network, Chronos-2 or Chronos-Bolt, from a local folder."),
        FoundationSettings,
        "forecasting.engine.foundation.forecaster:Chronos",
        FOUNDATION,
    ),
    ModelType(
        "timesfm",
        gettext_noop("TimesFM"),
        gettext_noop("A pretrained network, TimesFM 3, from a local folder."),
        FoundationSettings,
        "forecasting.engine.foundation.forecaster:TimesFM",
        FOUNDATION,
    ),
)
