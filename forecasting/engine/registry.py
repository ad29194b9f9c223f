"""The models by name, without importing any of them before it is used."""

from __future__ import annotations

import importlib
from dataclasses import dataclass, replace
from typing import Any

from forecasting.engine.baselines import NoSettings, SeasonalSettings
from forecasting.engine.errors import SettingsError, UnknownModelError, gettext_noop
from forecasting.engine.forecaster import Capabilities, Forecaster
from forecasting.engine.linear_settings import LinearSettings
from forecasting.engine.neural_settings import LSTMSettings, ModuleSettings

INSTANT = Capabilities()
ANY_HORIZON = Capabilities(any_horizon=True)
TRAINED = Capabilities(trains_long=True, resumable=True, needs_torch=True)


@dataclass(frozen=True)
class ModelType:
    """One entry: ``path`` is ``module:Class``; ``module`` the class of a wrapped torch module."""

    name: str
    label: str
    description: str
    settings: type[Any]
    path: str
    capabilities: Capabilities = INSTANT
    module: type[Any] | None = None
    forecaster: type[Forecaster] | None = None

    def load(self) -> type[Forecaster]:
        """Import the class; torch comes in here and not before."""
        if self.forecaster is not None:
            return self.forecaster
        place, _, attribute = self.path.partition(":")
        found: type[Forecaster] = getattr(importlib.import_module(place), attribute)
        if self.module is None:
            return found
        return type(self.module.__name__, (found,), {"name": self.name, "module_type": self.module})


_TYPES: dict[str, ModelType] = {
    entry.name: entry
    for entry in (
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
            "linear",
            gettext_noop("Linear"),
            gettext_noop("Ridge regression from the recent past to every step at once."),
            LinearSettings,
            "forecasting.engine.linear:Linear",
        ),
        ModelType(
            "lstm",
            gettext_noop("LSTM"),
            gettext_noop("A recurrent neural network."),
            LSTMSettings,
            "forecasting.engine.neural.lstm:LSTMForecaster",
            TRAINED,
        ),
    )
}

BUILT_IN = frozenset(_TYPES)


def model_types() -> tuple[ModelType, ...]:
    """All entries, baselines first."""
    return tuple(_TYPES.values())


def model_type(name: str) -> ModelType:
    """One entry; UnknownModelError lists the names there are."""
    if name not in _TYPES:
        raise UnknownModelError(
            gettext_noop("There is no model %(name)s; there are %(known)s."),
            name=name,
            known=", ".join(_TYPES),
        )
    return _TYPES[name]


def create(name: str, **settings: Any) -> Forecaster:
    """A new model by name. Raises UnknownModelError or SettingsError."""
    return model_type(name).load()(**settings)


def register_model(name: str, cls: type[Any], *, label: str = "", description: str = "") -> None:
    """Make a class known by name, replacing an earlier registration of your own.

    A Forecaster is taken as it is. Any other class is taken for a torch module built as
    ``cls(input_size=channels, output_size=output_length * channels, …)`` that maps
    ``[B, input_length, channels]`` to ``[B, output_size]`` or ``[B, output_length, channels]``.
    """
    if not isinstance(cls, type):
        raise SettingsError(gettext_noop("Register a class, not one of its instances."))
    if name in BUILT_IN:
        raise SettingsError(
            gettext_noop("%(name)s is a built-in model; choose another name."), name=name
        )
    entry = ModelType(
        name,
        label or name,
        description,
        ModuleSettings,
        "forecasting.engine.neural.module_forecaster:ModuleForecaster",
        TRAINED,
        module=cls,
    )
    if issubclass(cls, Forecaster):
        cls.name = name
        entry = replace(
            entry,
            settings=cls.settings_type,
            path=f"{cls.__module__}:{cls.__qualname__}",
            capabilities=cls.capabilities,
            module=None,
            forecaster=cls,
        )
    _TYPES[name] = entry
