"""The baselines and the linear models, without importing any of them."""

from __future__ import annotations

from typing import Final

from forecasting.engine.baseline_settings import NoSettings, SeasonalSettings, WindowSettings
from forecasting.engine.capabilities import Capabilities
from forecasting.engine.errors import gettext_noop
from forecasting.engine.linear_settings import LinearSettings
from forecasting.engine.model_type import ModelType
from forecasting.engine.stacking.settings import StackSettings

ANY_HORIZON = Capabilities(any_horizon=True)
LINEAR = Capabilities(global_=True, uses_known_future=True)
STACK = Capabilities(global_=True, uses_known_future=True)

ENTRIES: Final = (
    ModelType(
        "naive",
        gettext_noop("Naive"),
        gettext_noop("Repeats the last value."),
        NoSettings,
        "forecasting.engine.baselines:Naive",
        ANY_HORIZON,
    ),
    ModelType(
        "seasonal_naive",
        gettext_noop("Seasonal naive"),
        gettext_noop("Repeats the last season."),
        SeasonalSettings,
        "forecasting.engine.baselines:SeasonalNaive",
        ANY_HORIZON,
    ),
    ModelType(
        "drift",
        gettext_noop("Drift"),
        gettext_noop("Draws the line from the first to the last value on."),
        NoSettings,
        "forecasting.engine.baselines:Drift",
        ANY_HORIZON,
    ),
    ModelType(
        "window_mean",
        gettext_noop("Window mean"),
        gettext_noop("Repeats the mean of the last season."),
        WindowSettings,
        "forecasting.engine.window_mean:WindowMean",
        ANY_HORIZON,
    ),
    ModelType(
        "climatology",
        gettext_noop("Climatology"),
        gettext_noop("The mean of the same hour and weekday, or of the same time of the year."),
        NoSettings,
        "forecasting.engine.climatology:Climatology",
        ANY_HORIZON,
    ),
    ModelType(
        "linear",
        gettext_noop("Linear"),
        gettext_noop("Ridge regression from the recent past to every step at once."),
        LinearSettings,
        "forecasting.engine.linear:Linear",
        LINEAR,
    ),
    ModelType(
        "linear_stack",
        gettext_noop("Linear stack"),
        gettext_noop("Many ridges with several lookbacks, blended by how they did on the past."),
        StackSettings,
        "forecasting.engine.stacking.forecaster:LinearStack",
        STACK,
    ),
)
