"""The model of all levels of a hierarchy, without importing it."""

from __future__ import annotations

from typing import Final

from forecasting.engine.capabilities import Capabilities
from forecasting.engine.errors import gettext_noop
from forecasting.engine.hierarchy.settings import ReconciledSettings
from forecasting.engine.model_type import ModelType

RECONCILED: Final = Capabilities(global_=True, uses_known_future=True)

ENTRIES: Final = (
    ModelType(
        "reconciled",
        gettext_noop("Reconciled"),
        gettext_noop("Forecasts the series of all levels so that totals add up."),
        ReconciledSettings,
        "forecasting.engine.hierarchy.reconciled:Reconciled",
        RECONCILED,
    ),
)
