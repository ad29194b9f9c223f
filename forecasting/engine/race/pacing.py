"""What is left of the time, and who may have how much of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from forecasting.engine.budget import TimeBudget, finite
from forecasting.engine.errors import EngineError, gettext_noop
from forecasting.engine.race.presets import Entrant

# How far an estimate may be off before its model is stopped.
PATIENCE: Final = 3.0
# Of its grant, what a model may plan with; the rest is for its intervals and forecasts. It is
# stopped a little after all of it.
PLANNED: Final = 0.8
SPARE: Final = 1.25
MOST_OF_FREE: Final = 0.75
# A fit this long is worth no thought.
INSTANTLY: Final = 1.0


@dataclass(frozen=True)
class Grant:
    """The ``seconds`` of a model, how many of them its fit may plan with, and after how many the
    model is stopped."""

    seconds: float = float("inf")
    planned: float = float("inf")
    deadline: float = float("inf")

    def budget(self) -> TimeBudget:
        """The budget of the fit, from now on."""
        return TimeBudget(finite(self.planned))

    def stopping(self) -> TimeBudget:
        """The budget that stops it."""
        return TimeBudget(finite(self.deadline))


def granted(
    entrant: Entrant,
    estimate: float | None,
    budget: TimeBudget,
    reserve: float,
    waiting: int,
) -> Grant:
    """The time of a model while ``waiting`` models, itself included, have no estimate.

    ``reserve`` seconds are kept to fit the leader again. Half of the rest is open, because the
    model may lead itself and be fitted again. Raises EngineError with the reason to skip it.
    """
    free = max(0.0, budget.left() - reserve)
    open_ = free / 2
    planned = 1.0
    if estimate is None:
        planned = PLANNED
        # Better some of the waiting learn something than all of them nothing.
        fair = max(open_ / max(1, waiting), min(entrant.least_seconds, open_))
        seconds = min(fair, entrant.most_seconds)
        _require(seconds >= entrant.least_seconds, entrant, entrant.least_seconds, seconds)
    else:
        most = min(open_, entrant.most_share * (budget.seconds or float("inf")))
        most = min(most, entrant.most_seconds)
        _require(estimate <= max(most, _instantly(budget)), entrant, estimate, most)
        seconds = min(open_, max(PATIENCE * estimate, open_ / (1 + waiting), INSTANTLY))
    return Grant(
        seconds,
        planned * seconds,
        min(SPARE * seconds + INSTANTLY, max(MOST_OF_FREE * free, INSTANTLY)),
    )


def _instantly(budget: TimeBudget) -> float:
    """While any time is left, a model that takes next to none may run."""
    return INSTANTLY if budget.left() > INSTANTLY else 0.0


def _require(fits: bool, entrant: Entrant, seconds: float, most: float) -> None:
    if not fits:
        raise EngineError(
            gettext_noop(
                "%(model)s needs about %(seconds)s seconds; only %(most)s can be given to it. "
                "Allow more time, or name it alone."
            ),
            model=entrant.kind,
            seconds=max(1, round(seconds)),
            most=int(most),
        )
