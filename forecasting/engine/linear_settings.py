"""Settings of the linear model, apart so that listing the models costs nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from forecasting.engine.errors import SettingsError, gettext_noop

NORMALISATIONS: Final = ("auto", "last", "mean")


@dataclass(frozen=True)
class LinearSettings:
    """``lookback`` in steps, 0 lets the frequency decide.

    ``normalise`` subtracts the last value or the mean of every window, "auto" lets the folds
    decide; ``penalties`` is the length of the path; the last ``validation`` rows of every series
    are used to choose, never to fit.
    """

    lookback: int = 0
    normalise: str = "auto"
    penalties: int = 12
    validation: int = 0

    def __post_init__(self) -> None:
        if min(self.lookback, self.validation) < 0 or self.penalties < 1:
            raise SettingsError(
                gettext_noop("Lookback and validation must not be negative, penalties at least 1.")
            )
        if self.normalise not in NORMALISATIONS:
            raise SettingsError(
                gettext_noop("Normalise by one of %(known)s, not by %(given)s."),
                known=", ".join(NORMALISATIONS),
                given=self.normalise,
            )
