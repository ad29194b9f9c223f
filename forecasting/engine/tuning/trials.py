"""Trials of a search: a batch of proposals judged fit by fit, poor ones given up on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from forecasting.engine import parallel
from forecasting.engine.averaging import Floats
from forecasting.engine.errors import EngineError
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.tuning.judging import Job, Outcome, judge, judged
from forecasting.engine.tuning.plan import Plan
from forecasting.engine.tuning.result import TrialRow, TrialState
from forecasting.engine.tuning.study import Proposal
from forecasting.engine.watch import Watch


@dataclass(eq=False)
class Trial:
    """One trial while it runs; ``steps`` are the mean errors after every fit so far, ``fits``
    the seconds each took with its windows."""

    number: int
    changes: dict[str, Any]
    proposal: Proposal | None = None
    errors: list[float] = field(default_factory=list)
    windows: list[int] = field(default_factory=list)
    steps: list[float] = field(default_factory=list)
    fits: list[float] = field(default_factory=list)
    state: TrialState = "done"
    reason: EngineError | None = None

    def take(self, outcome: Outcome, windows: int) -> None:
        """The result of one fit and its windows."""
        self.fits.append(outcome.seconds)
        if outcome.score is None:
            self.state, self.reason = "failed", outcome.reason
            return
        self.errors.append(outcome.score)
        self.windows.append(windows)
        weighted = sum(e * w for e, w in zip(self.errors, self.windows, strict=True))
        self.steps.append(weighted / sum(self.windows))
        if self.proposal is not None and self.proposal.hopeless(len(self.steps), self.steps[-1]):
            self.state = "pruned"

    def row(self) -> TrialRow:
        """The trial as it ended."""
        score = self.steps[-1] if self.steps and self.state != "failed" else None
        seconds = sum(self.fits)
        return TrialRow(self.number, self.changes, self.state, score, seconds, self.reason)


@dataclass(frozen=True, eq=False)
class Bench:
    """Where trials are made: the model as given, the windows of the search, the processes."""

    model: Forecaster
    plan: Plan
    scales: Floats
    processes: int = 1

    def run(self, trials: Sequence[Trial], seconds: float | None, watch: Watch) -> None:
        """All trials, one fit of each at a time; a fit may take ``seconds``.

        Raises Cancelled when the watch says so.
        """
        groups = self.plan.search.groups()
        for place, group in enumerate(groups):
            going = [trial for trial in trials if trial.state == "done"]
            jobs = [self._job(trial, tuple(group), seconds) for trial in going]
            for trial, outcome in zip(going, self._outcomes(jobs, watch), strict=True):
                trial.take(outcome, len(group))
                if trial.state == "pruned" and place + 1 == len(groups):
                    trial.state = "done"

    def _job(self, trial: Trial, group: tuple[int, ...], seconds: float | None) -> Job:
        plan = self.plan
        return Job(
            self.model, trial.changes, plan.searched, plan.search, group, self.scales, seconds
        )

    def _outcomes(self, jobs: Sequence[Job], watch: Watch) -> list[Outcome]:
        if self.processes == 1 or len(jobs) == 1:
            return [judged(job, watch.should_stop) for job in jobs]
        quiet = Watch(should_stop=watch.should_stop)
        return parallel.run(judge, jobs, processes=self.processes, watch=quiet)
