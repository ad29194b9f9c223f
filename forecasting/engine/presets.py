"""One word for how much is tried: instant, fast, balanced or thorough."""

from __future__ import annotations

from typing import Final

import numpy as np

from forecasting.engine.errors import SettingsError, gettext_noop
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.panel import Panel
from forecasting.engine.registry import create

PRESETS: Final = ("instant", "fast", "balanced", "thorough")
# So many series, none of them long, are better described together than one by one.
MANY_SERIES: Final = 20
LONG_SERIES: Final = 3_000


def is_many(panel: Panel) -> bool:
    """Whether the panel is one of many short series rather than of a few long ones."""
    return len(panel) >= MANY_SERIES and float(np.median(panel.lengths)) < LONG_SERIES


def choose(panel: Panel, preset: str = "balanced", validation: int = 0) -> Forecaster:
    """The linear model a preset means for these data, unfitted.

    Raises SettingsError on an unknown preset.
    """
    if preset not in PRESETS:
        raise SettingsError(
            gettext_noop("The preset is one of %(known)s, not %(given)s."),
            known=", ".join(PRESETS),
            given=preset,
        )
    if preset == "instant":
        return create("linear", validation=validation)
    # The model of many series would leave known covariates unread.
    if is_many(panel) and not validation and panel.known is None:
        return create("linear_many")
    return create("linear_stack", preset=preset, validation=validation)
