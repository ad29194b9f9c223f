"""Settings of the ensemble, apart so that listing the models costs nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from forecasting.engine.errors import SettingsError, gettext_noop

WAYS: Final = ("greedy", "simplex", "median")


@dataclass(frozen=True)
class EnsembleSettings:
    """``members`` are names of other models, each with its usual settings.

    ``how`` they become one forecast: "greedy" and "simplex" learn weights from forecasts of past
    ``windows``, "median" needs none. More windows make weights and intervals surer and cost time.
    """

    members: tuple[str, ...] = ("seasonal_naive", "drift", "linear")
    how: str = "greedy"
    windows: int = 24

    def __post_init__(self) -> None:
        # A saved model brings its members as a JSON list.
        object.__setattr__(self, "members", tuple(self.members))
        if not self.members or len(set(self.members)) < len(self.members):
            raise SettingsError(
                gettext_noop("An ensemble needs at least one member and each of them only once.")
            )
        if "ensemble" in self.members:
            raise SettingsError(gettext_noop("An ensemble cannot be a member of an ensemble."))
        if self.how not in WAYS:
            raise SettingsError(
                gettext_noop("Combine by one of %(known)s, not by %(given)s."),
                known=", ".join(WAYS),
                given=self.how,
            )
        if self.windows < 1:
            raise SettingsError(gettext_noop("An ensemble learns from at least one past window."))
