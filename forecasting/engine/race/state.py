"""What a race knows while it runs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from forecasting.engine.budget import TimeBudget
from forecasting.engine.errors import EngineError
from forecasting.engine.race.asking import Asked
from forecasting.engine.race.course import Course
from forecasting.engine.race.events import Event, NewLeader, Scored
from forecasting.engine.race.presets import Preset
from forecasting.engine.race.record import Record
from forecasting.engine.race.renewing import refit_seconds
from forecasting.engine.race.rules import Rules
from forecasting.engine.race.standings import Standings
from forecasting.engine.race.trial import Trial

# Of the whole budget, what is kept for a search of settings where the preset has one.
TUNING_SHARE: Final = 0.25


@dataclass(eq=False)
class State:
    """Plan, clock, standings and journal of one race; ``before`` are seconds of earlier runs."""

    preset: Preset
    course: Course
    budget: TimeBudget
    asked: Asked
    record: Record
    rules: Rules = field(default_factory=Rules)
    standings: Standings = field(default_factory=Standings)
    began: float = field(default_factory=time.monotonic)
    before: float = 0.0
    out_of_time: bool = False
    tuning_ahead: bool = True
    problem: EngineError | None = None
    notes: list[EngineError] = field(default_factory=list)

    @property
    def spent(self) -> float:
        """Seconds of this race in all its runs."""
        return self.before + time.monotonic() - self.began

    def continued(self) -> None:
        """Take off the budget what earlier runs spent."""
        self.before = self.record.spent
        whole = self.budget.seconds
        if whole is not None:
            left = max(0.0, min(self.budget.left(), whole - self.before))
            self.budget = TimeBudget(whole, time.monotonic() - (whole - left))

    def enter(
        self, name: str, kind: str, trial: Trial, *, resumed: bool = False
    ) -> Iterator[Event]:
        """Take a trial into the standings and say what that changes."""
        before = self.standings.leader()
        row = self.standings.add(name, kind, trial)
        yield Scored(row, resumed, trial.model, trial.result)
        leader = self.standings.leader()
        if leader != before:
            yield NewLeader(leader, self.standings.row(leader).score, before)

    def reserve(self) -> float:
        """Seconds to keep for a search of settings and to fit again whoever leads at the end."""
        if not self.course.windows or not self.standings.trials:
            return 0.0
        names = [self.standings.leader()]
        if self.preset.blends:
            names = self.standings.contenders()
        trials, growth = self.standings.trials, self.course.growth()
        refits = sum(refit_seconds(trials[name], growth) for name in names)
        if self.preset.tunes and self.tuning_ahead:
            return refits + TUNING_SHARE * (self.budget.seconds or 0.0)
        return refits
