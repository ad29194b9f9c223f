"""One entry of the registry: what can be said of a model without importing it."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

from forecasting.engine.capabilities import Capabilities
from forecasting.engine.errors import SettingsError, gettext_noop
from forecasting.engine.forecaster import Forecaster

INSTANT: Final = Capabilities()


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

    def chosen(self, given: Mapping[str, Any]) -> Any:
        """The settings with these changes, without importing the model.

        Raises SettingsError where one does not exist or cannot be.
        """
        known = {field.name for field in fields(self.settings)}
        for name in given:
            if name not in known:
                raise SettingsError(
                    gettext_noop("%(model)s has no setting %(name)s; it has %(known)s."),
                    model=self.name,
                    name=name,
                    known=", ".join(sorted(known)) or "none",
                )
        return self.settings(**given)

    def load(self) -> type[Forecaster]:
        """Import the class; torch comes in here and not before."""
        if self.forecaster is not None:
            return self.forecaster
        place, _, attribute = self.path.partition(":")
        found: type[Forecaster] = getattr(importlib.import_module(place), attribute)
        if self.module is None:
            return found
        return type(
            self.module.__name__,
            (found,),
            {"name": self.name, "module_type": self.module, "settings_type": self.settings},
        )
