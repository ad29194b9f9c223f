"""When a training cannot go on: how that is seen, and what is said."""

from __future__ import annotations

import math
from typing import Final

from forecasting.engine.errors import TrainingError, gettext_noop
from forecasting.engine.neural.training import BreakdownError, Run

# A batch whose loss is so many times that of the first one will not come back.
EXPLODED: Final = 1_000.0
NOT_A_NUMBER: Final = "the loss is no longer a number"
EXPLODING: Final = "the loss grew a thousandfold"
OUT_OF_MEMORY: Final = "out of memory"


def check_loss(run: Run, loss: float) -> None:
    """Raise BreakdownError when the loss of a batch says that the training is lost."""
    if not math.isfinite(loss):
        raise BreakdownError(NOT_A_NUMBER)
    if math.isnan(run.first_loss):
        run.first_loss = loss
    if abs(loss) > EXPLODED * (1 + abs(run.first_loss)):
        raise BreakdownError(EXPLODING)


def break_down(run: Run, reason: str) -> None:
    """End with the best epoch so far, or say why there is none."""
    if run.best_epoch:
        run.stopped = reason
        return
    epoch = run.epoch + 1
    if reason == OUT_OF_MEMORY:
        raise TrainingError(
            gettext_noop(
                "Training ran out of memory in epoch %(epoch)s. Shorten the lookback or choose a "
                "smaller network."
            ),
            epoch=epoch,
        )
    sentence = (
        gettext_noop(
            "Training broke down in epoch %(epoch)s: the loss is no longer a number. "
            "Lower the learning rate, or look for extreme values in the data."
        )
        if reason == NOT_A_NUMBER
        else gettext_noop(
            "Training broke down in epoch %(epoch)s: the loss grew a thousandfold. "
            "Lower the learning rate, or look for extreme values in the data."
        )
    )
    raise TrainingError(sentence, epoch=epoch)
