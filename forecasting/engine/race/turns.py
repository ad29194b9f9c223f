"""A starter's turn: from the journal, skipped with a reason, or run within what time is left."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence

from forecasting.engine.budget import finite
from forecasting.engine.errors import EngineError
from forecasting.engine.race.asking import stopped
from forecasting.engine.race.costs import fit_seconds
from forecasting.engine.race.entering import Attempt, Turn, tried
from forecasting.engine.race.events import (
    Event,
    ModelFailed,
    ModelSkipped,
    ModelStarted,
    ModelStopped,
)
from forecasting.engine.race.field import Starter, require_suited
from forecasting.engine.race.pacing import Grant, granted
from forecasting.engine.race.state import State


def turn_of(state: State, waiting: Sequence[Starter], starter: Starter) -> Iterator[Event]:
    """Its events; ``waiting`` are those that have not run, itself among them."""
    name = starter.entrant.name
    if state.asked.to_skip(name):
        yield ModelStopped(name, stopped(name))
        return
    known = state.record.turn(name, state.course, float("inf"))
    if known is not None and known.trial is not None:
        yield from state.enter(name, starter.entrant.kind, known.trial, resumed=True)
        return
    estimate = estimated(state, starter)
    try:
        require_suited(starter, state.course)
        grant = _grant(state, waiting, starter, estimate)
    except EngineError as reason:
        state.problem = state.problem or reason
        yield ModelSkipped(name, reason)
        return
    known = state.record.turn(name, state.course, grant.seconds)
    turn = known or (yield from _run(state, starter, grant, estimate))
    yield from told(state, name, starter.entrant.kind, turn)


def estimated(state: State, starter: Starter) -> float | None:
    """Seconds its fits will take; None where nobody knows or it takes what it is given."""
    entrant, course = starter.entrant, state.course
    once = fit_seconds(entrant.kind, starter.settings(), course.past, course.horizon)
    return once and once * (course.windows if state.rules.refit == "always" else 1)


def cheap_first(state: State, starters: Sequence[Starter]) -> tuple[Starter, ...]:
    """In order of their estimates, those without one last and as they came; extras after all."""

    def order(starter: Starter) -> tuple[bool, bool, float]:
        seconds = estimated(state, starter)
        return starter.entrant.extra, seconds is None, seconds or 0.0

    return tuple(sorted(starters, key=order))


def told(state: State, name: str, kind: str, turn: Turn) -> Iterator[Event]:
    """What came of a turn, as events."""
    if turn.trial is not None:
        yield from state.enter(name, kind, turn.trial)
    elif turn.reason is not None:
        state.problem = state.problem or turn.reason
        state.out_of_time |= turn.late
        yield _kind_of_end(turn)(name, turn.reason)


def _kind_of_end(turn: Turn) -> type[ModelStopped | ModelSkipped | ModelFailed]:
    if turn.stopped:
        return ModelStopped
    return ModelSkipped if turn.skipped else ModelFailed


def _run(
    state: State, starter: Starter, grant: Grant, estimate: float | None
) -> Generator[Event, None, Turn]:
    name = starter.entrant.name
    yield ModelStarted(name, finite(grant.seconds), estimate)
    attempt = Attempt(
        name,
        lambda: state.rules.applied(starter.model(), starter.settings()),
        state.rules.refit,
        state.record.checkpoint(name),
    )
    turn = yield from tried(attempt, state.course, grant, state.asked)
    state.record.keep(name, turn, grant.seconds, state.spent)
    return turn


def _grant(
    state: State, waiting: Sequence[Starter], starter: Starter, estimate: float | None
) -> Grant:
    """The first model runs whatever time is left."""
    if not state.standings.trials:
        return Grant()
    unknown = sum(estimated(state, one) is None for one in waiting)
    try:
        return granted(starter.entrant, estimate, state.budget, state.reserve(), unknown)
    except EngineError:
        state.out_of_time = True
        raise
