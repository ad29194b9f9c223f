"""Settings of the model for many series, apart so that listing the models costs nothing."""

from __future__ import annotations

from dataclasses import dataclass

from forecasting.engine.errors import SettingsError, gettext_noop


@dataclass(frozen=True)
class ManySettings:
    """``season_length`` in steps, 0 takes the usual ones of the frequency.

    ``origins`` is the number of past cutoffs, a horizon apart, that judge the members; 0 takes
    more the fewer series there are. ``smoothing`` adds exponential smoothing to the maps.
    """

    season_length: int = 0
    origins: int = 0
    smoothing: bool = True

    def __post_init__(self) -> None:
        if self.season_length < 0:
            raise SettingsError(gettext_noop("A season length is a positive number of steps."))
        if self.origins < 0:
            raise SettingsError(gettext_noop("The number of cutoffs must not be negative."))
