"""A search of settings for the most promising models, as a part of a race.

The search sees only the rows before the first window of the race, so the tuned model competes there
like any other.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import asdict
from typing import Final

from forecasting.engine.budget import TimeBudget, finite
from forecasting.engine.errors import Cancelled, EngineError, TooShortError, gettext_noop
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.race.asking import stopped
from forecasting.engine.race.entering import Attempt, Turn, tried
from forecasting.engine.race.events import Event, ModelSkipped, ModelStarted, ModelStopped
from forecasting.engine.race.pacing import Grant
from forecasting.engine.race.state import State
from forecasting.engine.race.trial import Trial
from forecasting.engine.race.turns import told
from forecasting.engine.race.worker import Work
from forecasting.engine.tuning.search import tune
from forecasting.engine.tuning.spaces import space_of
from forecasting.engine.watch import Watch

SUFFIX: Final = "_tuned"
# Fewer settings are not worth a search, fewer trials teach nothing.
FEWEST_DOMAINS: Final = 3
FEWEST_TRIALS: Final = 4
FITS_PER_TRIAL: Final = 3
# Of the time for a model, what the search may take; the rest is for testing what it found.
SEARCH_SHARE: Final = 0.7
# A search keeps within its time by itself; it is stopped this many times later.
OVERDUE: Final = 1.2


def events(state: State) -> Iterator[Event]:
    """Search for the best of those that have settings worth it, as far as time allows."""
    if not state.preset.tunes or not state.course.windows:
        return
    names = [name for name in state.standings.contenders() if _worthwhile(state, name)]
    state.tuning_ahead = False
    for place, name in enumerate(chosen := _affordable(state, names)):
        if state.asked.to_finish():
            return
        yield from _turn(state, name, _free(state) / (len(chosen) - place))


def _affordable(state: State, names: list[str]) -> list[str]:
    """As many as the preset wants and the time allows, else the best alone, to be told why not."""
    for count in range(min(state.preset.tunes, len(names)), 0, -1):
        most = SEARCH_SHARE * _free(state) / count
        able = [name for name in names if _needed(state.standings.trials[name]) <= most]
        if len(able) >= count:
            return able[:count]
    return names[:1]


def _free(state: State) -> float:
    return max(0.0, state.budget.left() - state.reserve())


def _needed(trial: Trial) -> float:
    """Seconds that a search must have to learn anything."""
    return FEWEST_TRIALS * FITS_PER_TRIAL * trial.fit_seconds


def _worthwhile(state: State, name: str) -> bool:
    model = state.standings.trials[name].model
    return len(space_of(model.settings_type, state.course.past)) >= FEWEST_DOMAINS


def _turn(state: State, name: str, seconds: float) -> Iterator[Event]:
    own, kind = name + SUFFIX, state.standings.kinds[name]
    if state.asked.to_skip(own):
        yield ModelStopped(own, stopped(own))
        return
    known = state.record.turn(own, state.course, seconds)
    if known is not None and known.trial is not None:
        yield from state.enter(own, kind, known.trial, resumed=True)
        return
    trial = state.standings.trials[name]
    needed = _needed(trial)
    if needed > SEARCH_SHARE * seconds:
        state.out_of_time = True
        yield ModelSkipped(own, _too_long(name, needed, SEARCH_SHARE * seconds))
        return
    if known is None:
        yield ModelStarted(own, finite(seconds))
        known = yield from _searched(state, own, trial, seconds)
        state.record.keep(own, known, seconds, state.spent)
    yield from told(state, own, kind, known)


def _searched(state: State, own: str, trial: Trial, seconds: float) -> Generator[Event, None, Turn]:
    """The search, then a test of what it found."""
    limit = finite(SEARCH_SHARE * seconds)
    work: Work[Forecaster | None] = Work(
        own,
        lambda watch: _better(state, own, trial, watch),
        TimeBudget(limit),
        TimeBudget(limit and OVERDUE * limit),
        lambda: state.asked.to_end(own),
    )
    try:
        model = yield from work.run()
    except Cancelled:
        state.asked.check()
        if state.asked.to_skip(own):
            return Turn(reason=stopped(own), stopped=True)
        return Turn(reason=_too_long(own, seconds, seconds), late=True) if work.overran else Turn()
    except TooShortError as problem:
        return Turn(reason=problem, skipped=True)
    if model is None:
        return Turn(reason=_nothing_better(own), skipped=True)
    grant = Grant() if limit is None else Grant(seconds, seconds, max(1.0, seconds - limit))
    attempt = Attempt(own, lambda: _under(state, model), state.rules.refit)
    return (yield from tried(attempt, state.course, grant, state.asked))


def _under(state: State, model: Forecaster) -> Forecaster:
    """The rules of the race hold for what the search found; its settings are all chosen."""
    return state.rules.applied(model, asdict(model.settings))


def _better(state: State, own: str, trial: Trial, watch: Watch) -> Forecaster | None:
    found = tune(
        trial.model.fresh(),
        state.course.past,
        state.course.horizon,
        budget=watch.budget,
        journal=state.record.folder(own),
        progress=watch.report,
        should_stop=watch.should_stop,
    )
    return found.model if found.changes else None


def _too_long(name: str, seconds: float, most: float) -> EngineError:
    return EngineError(
        gettext_noop(
            "Searching settings of %(model)s needs about %(seconds)s seconds; only %(most)s are "
            "left for it."
        ),
        model=name,
        seconds=max(1, round(seconds)),
        most=int(most),
    )


def _nothing_better(name: str) -> EngineError:
    return EngineError(
        gettext_noop("The search for %(model)s found no settings better than the usual ones."),
        model=name,
    )
