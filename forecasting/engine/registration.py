"""An entry of the registry made from a class of somebody else's."""

from __future__ import annotations

import inspect
from dataclasses import field, make_dataclass
from typing import Any, Final

from forecasting.engine.errors import SettingsError, gettext_noop
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.model_type import ModelType
from forecasting.engine.neural_entries import TRAINED
from forecasting.engine.neural_settings import ModuleSettings

# What a module is told about the task instead of being set.
GIVEN: Final = ("input_size", "output_size", "input_length", "output_length")
REQUIRED: Final = ("input_size", "output_size")
PLAIN: Final = (bool, int, float, str)


def entry_of(name: str, cls: type[Any], label: str, description: str) -> ModelType:
    """The entry of a Forecaster, which is taken as it is, or of a torch module.

    Raises SettingsError when ``cls`` is neither, or a module cannot be built by name alone.
    """
    if not isinstance(cls, type):
        raise SettingsError(gettext_noop("Register a class, not one of its instances."))
    if issubclass(cls, Forecaster):
        cls.name = name
        place = f"{cls.__module__}:{cls.__qualname__}"
        return ModelType(
            name,
            *_words(name, cls, label, description),
            cls.settings_type,
            place,
            cls.capabilities,
            forecaster=cls,
        )
    return ModelType(
        name,
        *_words(name, cls, label, description),
        settings_of(cls),
        "forecasting.engine.neural.module_forecaster:ModuleForecaster",
        TRAINED,
        module=cls,
    )


def _words(name: str, cls: type[Any], label: str, description: str) -> tuple[str, str]:
    """What people read of a model: as given, else as the class says it of itself."""
    own = vars(cls)
    said = (own.get("__doc__") or "").strip().split("\n\n")[0]
    return (
        label or str(own.get("label") or name),
        description or str(own.get("description") or " ".join(said.split())),
    )


def settings_of(module: type[Any]) -> type[ModuleSettings]:
    """Settings of a torch module: those of every training, and what its constructor takes.

    A default in the constructor is the default of the setting.
    """
    parameters = inspect.signature(module.__init__).parameters
    takes_all = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    _require_sizes(module, set(parameters), takes_all=takes_all)
    own = []
    for name, parameter in list(parameters.items())[1:]:
        if name in GIVEN or parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        default = parameter.default
        known = name in ModuleSettings.__dataclass_fields__
        if isinstance(default, PLAIN):
            own.append((name, type(default), field(default=default)))
        elif not known:
            raise SettingsError(
                gettext_noop(
                    "%(module)s needs %(name)s, which nobody can give by name; give it a default "
                    "that is a number, a text or true or false."
                ),
                module=module.__name__,
                name=name,
            )
    made: type[ModuleSettings] = make_dataclass(
        f"{module.__name__}Settings", own, bases=(ModuleSettings,), frozen=True
    )
    return made


def _require_sizes(module: type[Any], names: set[str], *, takes_all: bool) -> None:
    missing = [name for name in REQUIRED if name not in names]
    if missing and not takes_all:
        raise SettingsError(
            gettext_noop(
                "%(module)s does not take %(missing)s; a module is built with input_size "
                "(channels) and output_size (steps times channels)."
            ),
            module=module.__name__,
            missing=", ".join(missing),
        )
