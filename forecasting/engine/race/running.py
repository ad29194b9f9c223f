"""The race itself: a pure generator of events under a time budget, naive first.

Models run one after another, cheap ones first, each on the same past windows and within its share
of the time. Then, where the preset says so, settings are searched for the most promising, and the
ensemble of the forecasts already made competes too. The leader learns from all rows at last.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

from forecasting.engine.budget import TimeBudget
from forecasting.engine.errors import TrainingError, gettext_noop
from forecasting.engine.journal import Journal
from forecasting.engine.panel import Panel
from forecasting.engine.race import blending, ending, tuned
from forecasting.engine.race.asking import Asked, ShouldSkip
from forecasting.engine.race.course import Course
from forecasting.engine.race.events import Event, Started
from forecasting.engine.race.field import Named, Starter, named, starters_of
from forecasting.engine.race.presets import preset_named
from forecasting.engine.race.record import Record
from forecasting.engine.race.rules import Rules
from forecasting.engine.race.state import State
from forecasting.engine.race.turns import cheap_first, estimated, turn_of
from forecasting.engine.watch import ShouldStop

NO_RULES: Final = Rules()


def race(  # noqa: PLR0913 -- the public door names every choice
    panel: Panel,
    horizon: int,
    *,
    preset: str = "balanced",
    models: Named | None = None,
    budget: TimeBudget | None = None,
    journal: Path | None = None,
    windows: int | None = None,
    levels: Sequence[float] = (80, 95),
    rules: Rules = NO_RULES,
    should_stop: ShouldStop | None = None,
    should_finish: ShouldStop | None = None,
    should_skip: ShouldSkip | None = None,
) -> Iterator[Event]:
    """Events of a race of the models of ``preset``, or of ``models``, over ``horizon`` steps.

    ``models`` are names, unfitted models, or Entrants: a name in the race, a kind and its settings.

    The last event is Finished with the fitted winner. ``budget`` is that of the preset unless
    given; ``TimeBudget()`` has no end. In the folder ``journal`` the race keeps what it has
    finished, and a later one with the same data, horizon and models goes on from there; the seconds
    already spent count. ``should_finish`` ends the race with the best so far, ``should_stop`` (or
    closing the generator) ends it with nothing, both within a step of the model that is running;
    ``should_skip(name)`` ends that model alone, or lets it not begin.

    Raises SettingsError, UnknownModelError or HorizonError at once; while it runs, Cancelled, and
    what the naive models raise when nothing can be learned from the data at all.
    """
    recipe = preset_named(preset)
    course = Course.plan(panel, horizon, levels, windows, together=rules.together)
    starters = starters_of(recipe, panel) if models is None else named(models)
    state = State(
        recipe,
        course,
        TimeBudget(recipe.seconds) if budget is None else budget,
        Asked(should_stop, should_finish, should_skip),
        Record(None),
        rules,
    )
    return _events(state, cheap_first(state, starters), journal)


def _events(state: State, starters: tuple[Starter, ...], folder: Path | None) -> Iterator[Event]:
    if folder is not None:
        state.record = Record(Journal(folder, _identity(state, starters)))
    try:
        state.continued()
        yield _plan(state, starters)
        for place, starter in enumerate(starters):
            state.asked.check()
            if state.standings.trials and state.asked.to_finish():
                break
            yield from turn_of(state, starters[place:], starter)
        if not state.standings.trials:
            raise state.problem or TrainingError(gettext_noop("No model could be trained."))
        yield from tuned.events(state)
        yield from blending.events(state)
        yield from ending.events(state)
    finally:
        state.record.close()


def _plan(state: State, starters: tuple[Starter, ...]) -> Started:
    names = tuple(one.entrant.name for one in starters)
    return Started(
        preset=state.preset.name,
        models=names,
        horizon=state.course.horizon,
        windows=state.course.windows,
        series=len(state.course.tested),
        seconds=state.budget.seconds,
        resumed=tuple(name for name in state.record.names() if name in names),
        estimates={one.entrant.name: estimated(state, one) for one in starters},
    )


def _identity(state: State, starters: tuple[Starter, ...]) -> dict[str, object]:
    """What must be the same for an earlier run to count."""
    origin = state.course.origin
    return {
        "race": 1,
        "data": state.course.panel.fingerprint(),
        "horizon": state.course.horizon,
        "levels": list(state.course.levels),
        "preset": state.preset.name,
        "windows": None if origin is None else asdict(origin),
        "models": [one.identity() for one in starters],
        "rules": state.rules.identity(),
    }
