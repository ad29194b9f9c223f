"""Settings of a forecast that forecasts its covariates, apart so that listing it costs nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from forecasting.engine.errors import SettingsError, gettext_noop

NAME: Final = "forecast_covariates"
AUTO: Final = "auto"


@dataclass(frozen=True)
class CovariateSettings:
    """``model`` with ``model_settings`` forecasts the series, ``covariate_model`` the covariates.

    "auto" takes the covariate model that did best on past windows. At most ``paths`` possible
    futures of the covariates stand for what may become of them. With ``calendar`` the model also
    sees the calendar and the holidays of ``country`` and ``subdivision``, times of the day in
    ``zone``.
    """

    model: str = "linear_stack"
    model_settings: dict[str, Any] = field(default_factory=dict)
    covariate_model: str = "linear"
    paths: int = 64
    calendar: bool = False
    country: str = ""
    subdivision: str = ""
    zone: str = ""

    def __post_init__(self) -> None:
        if NAME in (self.model, self.covariate_model):
            raise SettingsError(
                gettext_noop("Covariates are forecast once; name another model for the series.")
            )
        if self.paths < 2:
            raise SettingsError(gettext_noop("Intervals need at least two sample paths."))
