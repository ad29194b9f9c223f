"""What the baselines let you choose; light, so that a list of models needs nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from forecasting.engine.errors import SettingsError, gettext_noop


@dataclass(frozen=True)
class NoSettings:
    """Nothing to choose."""


@dataclass(frozen=True)
class SeasonalSettings:
    """``season_length`` in steps; 0 takes the usual one of the frequency."""

    season_length: int = 0

    def __post_init__(self) -> None:
        if self.season_length < 0:
            raise SettingsError(gettext_noop("A season length is a positive number of steps."))


@dataclass(frozen=True)
class WindowSettings:
    """``window`` in steps; 0 takes one season of the frequency."""

    window: int = 0

    def __post_init__(self) -> None:
        if self.window < 0:
            raise SettingsError(gettext_noop("A window is a positive number of steps."))
