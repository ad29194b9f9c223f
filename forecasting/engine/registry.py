"""The models by name, without importing any of them before it is used."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from forecasting.engine import (
    boosting_entries,
    ensemble_entries,
    hierarchy_entries,
    many_entries,
    neural_entries,
    statistical_entries,
)
from forecasting.engine.entries import ENTRIES
from forecasting.engine.errors import SettingsError, UnknownModelError, gettext_noop
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.model_type import ModelType
from forecasting.engine.neural_entries import TRAINED
from forecasting.engine.neural_settings import ModuleSettings

# Every family names its models in a file of its own; baselines come first.
_TYPES: dict[str, ModelType] = {
    entry.name: entry
    for entry in (
        *ENTRIES,
        *statistical_entries.ENTRIES,
        *boosting_entries.ENTRIES,
        *ensemble_entries.ENTRIES,
        *hierarchy_entries.ENTRIES,
        *many_entries.ENTRIES,
        *neural_entries.ENTRIES,
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
