"""How inputs are shuffled and at which cutoffs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from forecasting.engine.errors import SettingsError, gettext_noop

METRICS: Final = ("auto", "mae", "mse", "mase")


@dataclass(frozen=True)
class ImportanceSettings:
    """``windows`` cutoffs, ``stride`` rows apart (None: a horizon), the newest a horizon before the
    end; every input is shuffled ``repeats`` times at each.

    ``metric`` mae, mse or mase; "auto" takes mae for one series and mase, which compares, for
    several. ``lags`` are past values looked at one by one instead of in groups. ``refit`` asks a
    copy that has learned from the rows before the first cutoff only; None does so where the model
    has learned from later ones and training is quick.
    """

    windows: int = 8
    stride: int | None = None
    repeats: int = 5
    metric: str = "auto"
    lags: tuple[int, ...] = ()
    refit: bool | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if self.repeats < 1 or min(self.lags, default=1) < 1:
            raise SettingsError(
                gettext_noop("An input is shuffled at least once, and lags begin at 1.")
            )
        if self.metric not in METRICS:
            raise SettingsError(
                gettext_noop("Measure importance by one of %(known)s, not by %(given)s."),
                known=", ".join(METRICS),
                given=self.metric,
            )
