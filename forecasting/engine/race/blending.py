"""The ensemble's turn in a race: it costs no fit, because its members have been tested."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Final

from forecasting.engine.budget import TimeBudget
from forecasting.engine.errors import EngineError, gettext_noop
from forecasting.engine.race.asking import stopped
from forecasting.engine.race.blend import FEWEST_WINDOWS, blend_of
from forecasting.engine.race.events import Event, ModelSkipped, ModelStarted, ModelStopped
from forecasting.engine.race.leading import ENSEMBLE
from forecasting.engine.race.state import State
from forecasting.engine.race.trial import Trial

# On rolling origins of six public sets greedy picks beat weights that minimise squared errors.
HOW: Final = "greedy"


def events(state: State) -> Iterator[Event]:
    """Let the ensemble compete where the preset wants it and two models are near the best."""
    if not state.preset.blends or ENSEMBLE in state.standings.trials:
        return
    if state.asked.to_skip(ENSEMBLE):
        yield ModelStopped(ENSEMBLE, stopped(ENSEMBLE))
        return
    names = state.standings.contenders()
    reason = _reason(state, names)
    if reason is not None:
        yield ModelSkipped(ENSEMBLE, reason)
        return
    yield ModelStarted(ENSEMBLE)
    began = time.perf_counter()
    trials = [state.standings.trials[name] for name in names]
    blend, result = blend_of(trials, state.course, HOW, state.rules.limits)
    # The members are led on, not fitted: without time there is no new fit.
    blend.fit(state.course.panel, horizon=state.course.horizon, budget=TimeBudget(0.0))
    trial = Trial(blend, result, time.perf_counter() - began, 0.0)
    yield from state.enter(ENSEMBLE, ENSEMBLE, trial)


def _reason(state: State, names: list[str]) -> EngineError | None:
    """Why there is nothing to combine."""
    if state.course.windows < FEWEST_WINDOWS:
        return EngineError(
            gettext_noop(
                "An ensemble needs %(needed)s past windows to learn its weights; the data hold "
                "%(windows)s."
            ),
            needed=FEWEST_WINDOWS,
            windows=state.course.windows,
        )
    if len(names) < 2:
        return EngineError(
            gettext_noop("No second model came near enough to the best to be combined with it.")
        )
    return None
