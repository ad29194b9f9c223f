"""How much is trained, and how fast at each moment."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from forecasting.engine.neural_settings import TrainingSettings

WARM: Final = 0.3
FIRST_SHARE: Final = 1 / 25
LAST_SHARE: Final = 1e-4
# So many looks at the validation windows are worth their price.
LEAST_EPOCHS: Final = 5
FINISHED: Final = "finished"
TIME_USED: Final = "time budget used"


@dataclass(frozen=True)
class Plan:
    """``epochs`` of ``epoch_windows`` windows each, and what kept it from being more."""

    epochs: int
    epoch_windows: int
    reason: str = FINISHED

    @staticmethod
    def of(settings: TrainingSettings, windows: int, affordable: float) -> Plan:
        """What fits into the budget of windows and into ``affordable`` windows of time."""
        if settings.all_windows:
            return Plan(settings.epochs, windows)
        most = max(settings.batch_size, int(min(settings.max_windows, affordable)))
        epoch = min(settings.epoch_windows, max(settings.batch_size, most // LEAST_EPOCHS))
        wanted = min(settings.epochs * epoch, settings.max_windows)
        reason = TIME_USED if affordable < wanted else FINISHED
        return Plan(max(1, min(settings.epochs, most // epoch)), epoch, reason)


def learning_rate(settings: TrainingSettings, done: float) -> float:
    """One cycle (Smith and Topin 2018): up from a 25th to the full rate, then down to almost none.

    ``done`` is the share of all steps that are behind; both ways are half a cosine.
    """
    full = settings.learning_rate
    if done < WARM:
        return _between(full * FIRST_SHARE, full, done / WARM)
    return _between(full, full * LAST_SHARE, (done - WARM) / (1 - WARM))


def _between(first: float, last: float, share: float) -> float:
    return last + (first - last) * (1 + math.cos(math.pi * min(share, 1.0))) / 2
