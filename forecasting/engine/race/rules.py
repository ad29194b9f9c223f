"""What holds for every model of a race, whoever named it."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Any

from forecasting.engine.errors import SettingsError, gettext_noop
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.limits import Limits
from forecasting.engine.rolling_origin import Refit

SEED = "seed"


@dataclass(frozen=True)
class Rules:
    """``limits`` of every forecast, the ``seed`` of models that draw random numbers and are not
    given one, and whether a model is fitted before the first window only (``refit="never"``) or
    anew before each ("always"). Series that belong ``together`` are all tested, or none is."""

    limits: Limits = field(default_factory=Limits)
    seed: int | None = None
    refit: Refit = "never"
    together: bool = False

    def __post_init__(self) -> None:
        if self.refit not in ("never", "always"):
            raise SettingsError(
                gettext_noop('A race refits "never" or "always", not %(refit)r.'),
                refit=self.refit,
            )

    def applied(self, model: Forecaster, given: dict[str, Any]) -> Forecaster:
        """The unfitted model under these rules; ``given`` are the settings somebody chose."""
        known = {one.name for one in fields(model.settings_type)}
        if self.seed is not None and SEED in known and SEED not in given:
            model = type(model)(replace(model.settings, **{SEED: self.seed}))
        model.limits = self.limits
        return model

    def identity(self) -> list[str]:
        """What makes them the same in a later run."""
        return [repr(self.limits), repr(self.seed), str(self.refit)]
