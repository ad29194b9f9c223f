"""The models by name, without importing any of them before it is used."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar, overload

from forecasting.engine import (
    boosting_entries,
    describing,
    ensemble_entries,
    foundation_entries,
    future_entries,
    hierarchy_entries,
    many_entries,
    neural_entries,
    plugins,
    statistical_entries,
)
from forecasting.engine.entries import ENTRIES
from forecasting.engine.errors import SettingsError, UnknownModelError, gettext_noop
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.model_type import ModelType
from forecasting.engine.registration import entry_of

Kind = TypeVar("Kind")

# Every family names its models in a file of its own; baselines come first.
_TYPES: dict[str, ModelType] = {
    entry.name: entry
    for entry in (
        *ENTRIES,
        *statistical_entries.ENTRIES,
        *boosting_entries.ENTRIES,
        *ensemble_entries.ENTRIES,
        *future_entries.ENTRIES,
        *hierarchy_entries.ENTRIES,
        *foundation_entries.ENTRIES,
        *many_entries.ENTRIES,
        *neural_entries.ENTRIES,
    )
}

BUILT_IN = frozenset(_TYPES)


def model_types() -> tuple[ModelType, ...]:
    """All entries, baselines first; a plug-in that cannot be loaded is left out."""
    for name in plugins.plugins():
        with suppress(SettingsError):
            _plug_in(name)
    return tuple(_TYPES.values())


def model_type(name: str) -> ModelType:
    """One entry; UnknownModelError lists the names there are.

    Raises SettingsError when the model is one of a plug-in that cannot be loaded.
    """
    if name not in _TYPES and name in plugins.plugins():
        _plug_in(name)
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


@overload
def register_model(
    name: str, cls: type[Kind], *, label: str = "", description: str = ""
) -> type[Kind]: ...


@overload
def register_model(
    name: str, cls: None = None, *, label: str = "", description: str = ""
) -> Callable[[type[Kind]], type[Kind]]: ...


def register_model(
    name: str, cls: type[Any] | None = None, *, label: str = "", description: str = ""
) -> Any:
    """Make a class known by name, replacing an earlier registration of your own; returns it.

    Without ``cls`` it is a decorator. A Forecaster is taken as it is. Any other class is taken for
    a torch module built as ``cls(input_size=channels, output_size=output_length * channels, …)``
    that maps ``[B, input_length, channels]`` to ``[B, output_size]`` or ``[B, output_length,
    channels]``; what else its constructor takes becomes settings (registration.py).
    """
    if name in BUILT_IN:
        raise SettingsError(
            gettext_noop("%(name)s is a built-in model; choose another name."), name=name
        )
    if cls is None:
        return lambda decorated: register_model(
            name, decorated, label=label, description=description
        )
    _TYPES[name] = entry_of(name, cls, label, description)
    return cls


def _plug_in(name: str) -> None:
    if name not in _TYPES:
        _TYPES[name] = describing.plugged_in(name)
