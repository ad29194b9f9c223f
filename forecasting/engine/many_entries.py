"""The model for many series, without importing it."""

from __future__ import annotations

from typing import Final

from forecasting.engine.capabilities import Capabilities
from forecasting.engine.errors import gettext_noop
from forecasting.engine.many.settings import ManySettings
from forecasting.engine.model_type import ModelType

ENTRIES: Final = (
    ModelType(
        "linear_many",
        gettext_noop("Linear for many series"),
        gettext_noop("Ridge maps shared by all series and bent towards each, with smoothing."),
        ManySettings,
        "forecasting.engine.many.forecaster:LinearMany",
        Capabilities(global_=True),
    ),
)
