"""The end of a race: the leader learns from all rows, or the reader is told why not."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Final

from forecasting.engine.budget import TimeBudget, finite
from forecasting.engine.errors import Cancelled, EngineError, gettext_noop
from forecasting.engine.race.blend import Blend
from forecasting.engine.race.events import Event, Finished, LastFit
from forecasting.engine.race.leading import held_back
from forecasting.engine.race.renewing import Renewed, renewed
from forecasting.engine.race.state import State
from forecasting.engine.race.worker import Work
from forecasting.engine.watch import Watch

# Seconds that somebody who wants the result now still waits for a better one.
IMPATIENT: Final = 2.0


def events(state: State) -> Iterator[Event]:
    """The last fit and the Finished event."""
    leader, rows = state.standings.leader(), state.standings.rows()
    names = sorted(state.standings.trials)
    found = state.record.leader(leader, names)
    final = None if found is None else Renewed(*found)
    if final is None or (not final.refitted and state.budget.left() > IMPATIENT):
        final = yield from _final(state, leader)
        facts = {"name": leader, "models": names, "refitted": final.refitted}
        state.record.finish(final.model, facts | {"spent": state.spent})
    scores = state.standings.scores()
    lucky = held_back(scores, state.standings.kinds) if scores else None
    if lucky is not None:
        state.notes.append(lucky)
    if not final.refitted:
        state.notes.append(_not_refitted(leader, asked=state.asked.finishing))
    yield Finished(
        leader=leader,
        model=final.model,
        leaderboard=rows,
        results=state.standings.results(),
        significance=state.standings.significance(),
        refitted=final.refitted,
        ended="asked" if state.asked.finishing else "time" if state.out_of_time else "done",
        seconds=state.spent,
        notes=tuple(state.notes),
    )


def _final(state: State, leader: str) -> Generator[Event, None, Renewed]:
    trial, course = state.standings.trials[leader], state.course
    if not course.windows:
        return Renewed(trial.model, refitted=True)
    left = state.budget.left()
    if state.asked.finishing:
        left = min(left, IMPATIENT)
    budget = TimeBudget(finite(left))
    yield LastFit(leader)
    work: Work[Renewed] = Work(
        leader,
        lambda watch: _renewed(leader, state, watch),
        budget,
        TimeBudget(),
        state.asked.to_stop,
    )
    try:
        return (yield from work.run())
    except Cancelled:
        state.asked.check()
        raise


def _renewed(leader: str, state: State, watch: Watch) -> Renewed:
    trial, course = state.standings.trials[leader], state.course
    if isinstance(trial.model, Blend):
        blend = trial.model.fit(
            course.panel,
            horizon=course.horizon,
            progress=watch.report,
            should_stop=watch.should_stop,
            budget=watch.budget,
        )
        return Renewed(blend, all(blend.report_["refitted"]))
    folder = state.record.checkpoint(leader)
    return renewed(trial, course.panel, course.growth(), course.horizon, watch, folder)


def _not_refitted(leader: str, *, asked: bool) -> EngineError:
    if asked:
        return EngineError(
            gettext_noop(
                "%(model)s did not learn from the newest rows again, because the race was ended "
                "early; it forecasts from the last row all the same."
            ),
            model=leader,
        )
    return EngineError(
        gettext_noop(
            "No time was left for %(model)s to learn from the newest rows too; it forecasts from "
            "the last row all the same. Fit it again for a slightly better forecast."
        ),
        model=leader,
    )
