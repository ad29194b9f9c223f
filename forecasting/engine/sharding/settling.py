"""Every piece is seen through: done, tried again, halved, and in the end told by series.

What the data or the settings forbid (an EngineError) would be forbidden again, so such a piece is
halved at once. Anything else, a dead worker before all, is tried again first.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias

from forecasting.engine.computing.problems import ComputeError, LostWorkerError
from forecasting.engine.computing.spreading import Outcome, spread
from forecasting.engine.computing.workers import Workers
from forecasting.engine.errors import EngineError, TrainingError, gettext_noop
from forecasting.engine.sharding.plan import Piece
from forecasting.engine.watch import Watch

# So many single series in a row, and nothing that ever worked: it is not the series.
HOPELESS: Final = 20
TIME_OVER: Final = gettext_noop("Time ran out before its turn.")
DIED: Final = gettext_noop(
    "The worker process died whenever this series was tried (%(times)s×), often for lack of memory."
)
NOTHING: Final = gettext_noop("%(model)s could forecast none of the series. %(series)s: %(reason)s")
Function: TypeAlias = Callable[[Any], Any]


@dataclass(frozen=True)
class Steps:
    """What is done with a piece: ``send`` makes the item of ``function``, ``keep`` takes the value,
    ``told`` hears of every piece that is over."""

    function: Function
    send: Callable[[Piece], Any]
    keep: Callable[[Piece, Any], None]
    told: Callable[[Piece], None] = lambda _: None
    retries: int = 2


@dataclass
class Settled:
    """Reasons by position, how often a piece was tried again, and whether any ever worked."""

    failures: dict[int, str] = field(default_factory=dict)
    tried_again: int = 0
    worked: bool = False


def settle(
    workers: Workers, pieces: deque[Piece], steps: Steps, watch: Watch, worked: bool = False
) -> Settled:
    """See all pieces through until the budget of ``watch`` is over.

    Raises Cancelled, ComputeError where the machines refuse altogether, and TrainingError when
    nothing works at all.
    """
    settled = Settled(worked=worked)
    left = {place for piece in pieces for place in piece.positions}
    outcomes = spread(
        workers, steps.function, pieces, watch, steps.send, lambda: watch.budget.left() <= 0
    )
    with closing(outcomes):
        for outcome in outcomes:
            again = _after(outcome, steps, settled)
            if not again:
                left.difference_update(outcome.task.positions)
                steps.told(outcome.task)
            _queue(pieces, again)
            if not settled.worked and len(settled.failures) >= HOPELESS:
                break
    if settled.worked:
        settled.failures |= dict.fromkeys(sorted(left), TIME_OVER)
    return settled


def _after(outcome: Outcome[Piece], steps: Steps, settled: Settled) -> list[Piece]:
    """What is to be done once more because of an outcome."""
    piece, problem = outcome.task, outcome.problem
    if problem is None:
        steps.keep(piece, outcome.value)
        settled.worked = True
        return []
    lost = isinstance(problem, LostWorkerError)
    if isinstance(problem, ComputeError) and not lost:
        raise problem
    if piece.tries < steps.retries and (lost or not isinstance(problem, EngineError)):
        settled.tried_again += 1
        return [replace(piece, tries=piece.tries + 1)]
    if len(piece.positions) > 1:
        return piece.halves()
    settled.failures[piece.positions[0]] = sentence(problem, piece.tries + 1)
    return []


def _queue(pieces: deque[Piece], again: list[Piece]) -> None:
    """A second try waits, by when its trouble may be over; halves come next, to know it soon."""
    if len(again) == 1:
        pieces.append(again[0])
    pieces.extendleft(reversed(again if len(again) > 1 else []))


def sentence(problem: Exception, tries: int) -> str:
    """Why a series has no forecast of the model."""
    if isinstance(problem, LostWorkerError):
        return DIED % {"times": tries}
    if isinstance(problem, EngineError):
        return str(problem)
    return f"{type(problem).__name__}: {problem}"


def require_some(settled: Settled, model: str, ids: tuple[str, ...]) -> None:
    """Raise TrainingError with the first reason when no piece worked."""
    if settled.worked:
        return
    place, reason = next(iter(settled.failures.items()), (0, TIME_OVER))
    raise TrainingError(NOTHING, model=model, series=ids[place], reason=reason)
