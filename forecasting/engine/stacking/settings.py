"""Settings of the linear stack, apart so that listing the models costs nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from forecasting.engine.errors import SettingsError, gettext_noop

PRESETS: Final = ("fast", "balanced", "thorough")


@dataclass(frozen=True)
class StackSettings:
    """How much is tried: ``fast``, ``balanced`` or ``thorough``.

    The last ``validation`` rows of every series are used to choose, never to fit. ``threads`` share
    the channels, 0 takes one per core.
    """

    preset: str = "balanced"
    validation: int = 0
    threads: int = 0

    def __post_init__(self) -> None:
        if self.preset not in PRESETS:
            raise SettingsError(
                gettext_noop("The preset is one of %(known)s, not %(given)s."),
                known=", ".join(PRESETS),
                given=self.preset,
            )
        if min(self.validation, self.threads) < 0:
            raise SettingsError(gettext_noop("Validation and threads must not be negative."))
