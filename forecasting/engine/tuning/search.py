"""Better settings for one model: a search on past windows, a verdict on later ones.

Trials are made on rolling-origin windows, the default settings first. The newest windows are kept
back; there the best trial and the defaults meet once, and only a winner replaces the defaults.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from forecasting.engine import parallel
from forecasting.engine.budget import TimeBudget, finite
from forecasting.engine.errors import SettingsError, TrainingError, gettext_noop
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.panel import Panel
from forecasting.engine.registry import create
from forecasting.engine.tuning.judging import Job, Outcome, judged, scales_of, with_changes
from forecasting.engine.tuning.plan import Plan
from forecasting.engine.tuning.record import Record, identity_of
from forecasting.engine.tuning.result import TrialRow, Tuned
from forecasting.engine.tuning.spaces import Space, space_of
from forecasting.engine.tuning.study import Study
from forecasting.engine.tuning.trials import Bench, Trial
from forecasting.engine.tuning.words import no_better, none_better, require_space, unjudged
from forecasting.engine.watch import ReportProgress, ShouldStop, Watch

# A fit may take so many times what the slowest fit of the defaults took, and a little.
SLOWER: Final = 3.0
A_LITTLE: Final = 1.0
# The verdict is kept a fifth more time than its fits have taken so far.
UNSURE: Final = 1.2
SEARCHING: Final = gettext_noop("Searching settings")
JUDGING: Final = gettext_noop("Judging on windows kept back")


def tune(  # noqa: PLR0913 -- the public door names every choice
    model: str | Forecaster,
    panel: Panel,
    horizon: int,
    *,
    budget: TimeBudget | None = None,
    trials: int = 40,
    space: Space | None = None,
    seed: int = 0,
    processes: int = 1,
    journal: Path | None = None,
    progress: ReportProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> Tuned:
    """Search settings for ``model`` to forecast ``horizon`` steps, at most so many ``trials``.

    ``space`` says what to search, by default what is known to matter for this family. When
    ``budget`` ends, the best so far is judged; time for that is kept. A trial that fails is
    recorded with its reason. The folder ``journal`` keeps ended trials, and the same search goes
    on from there. With ``processes`` so many trials run at once. Without a budget the same
    ``seed`` gives the same settings.

    Raises SettingsError when there is nothing to search, TooShortError when the series cannot hold
    the windows, Cancelled, and what the model raises with the settings it was given.
    """
    given = create(model) if isinstance(model, str) else model
    domains = space_of(given.settings_type, panel) if space is None else dict(space)
    require_space(given, domains)
    if trials < 1 or processes < 1:
        raise SettingsError(gettext_noop("A search needs at least one trial and one process."))
    plan = Plan.of(panel, horizon)
    bench = Bench(given, plan, scales_of(plan.searched.drop_last(plan.search.ends[0])), processes)
    watch = Watch(progress, should_stop, budget=budget or TimeBudget())
    record = Record.of(journal, identity_of(given, panel, plan, domains, seed))
    workers = parallel.Compute(processes=processes).open() if processes > 1 else nullcontext()
    try:
        with workers:
            return _Search(bench, Study(domains, seed), record, watch).result(trials)
    finally:
        record.close()


class _Search:
    def __init__(self, bench: Bench, study: Study, record: Record, watch: Watch) -> None:
        self.bench, self.study, self.record, self.watch = bench, study, record, watch
        self.rows: list[TrialRow] = []
        self.fit_seconds = 0.0

    def result(self, trials: int) -> Tuned:
        """The whole search."""
        self._retell()
        if not self.rows:
            self._run([Trial(0, {})], None)
        first = self.rows[0]
        if first.score is None:
            raise first.reason or TrainingError(gettext_noop("No model could be trained."))
        while len(self.rows) < trials + 1 and self._time_for_more():
            self.watch.report(self._done(trials), SEARCHING)
            count = min(self.bench.processes, trials + 1 - len(self.rows))
            self._run(self._proposed(count), self._most_seconds())
        self.watch.report(0.9, JUDGING)
        return self._verdict()

    def _retell(self) -> None:
        for row, steps, fit_seconds in self.record.trials():
            self._learned(row, steps, fit_seconds)

    def _learned(self, row: TrialRow, steps: Sequence[float], fit_seconds: float) -> None:
        """Take in an ended trial that the study has not seen."""
        self.rows.append(row)
        if row.number == 0:
            self.fit_seconds = fit_seconds
            self.study.retell_defaults(asdict(self.bench.model.settings), row, steps)
        else:
            self.study.retell(row, steps)

    def _proposed(self, count: int) -> list[Trial]:
        first = len(self.rows)
        proposals = [self.study.ask(first + place) for place in range(count)]
        return [Trial(first + n, dict(one.changes), one) for n, one in enumerate(proposals)]

    def _run(self, trials: list[Trial], seconds: float | None) -> None:
        self.bench.run(trials, seconds, self.watch)
        for trial in trials:
            row = trial.row()
            # The first fit may have had to import a library.
            usual = min(trial.fits)
            if trial.proposal is None:
                self._learned(row, trial.steps, usual)
            else:
                self.rows.append(row)
                trial.proposal.tell(row)
            self.record.keep(row, trial.steps, usual)

    def _most_seconds(self) -> float:
        return SLOWER * self.fit_seconds + A_LITTLE

    def _time_for_more(self) -> bool:
        """Whether a trial fits beside the verdict: two fits, one of settings that may be slow."""
        groups = len(self.bench.plan.search.groups())
        best = self._best()
        slow = best.seconds / groups if best is not None else self.fit_seconds
        verdict = self.fit_seconds + max(slow, self.fit_seconds)
        return self.watch.budget.allows(UNSURE * verdict + groups * self.fit_seconds)

    def _done(self, trials: int) -> float:
        """How far the search is, by trials or by time, whichever ends it first."""
        counted = len(self.rows) / (trials + 1)
        whole = self.watch.budget.seconds
        timed = self.watch.budget.spent() / whole if whole else 0.0
        return 0.9 * min(1.0, max(counted, timed))

    def _best(self) -> TrialRow | None:
        """The best trial that is better than the defaults were."""
        done = [row for row in self.rows if row.state == "done" and row.score is not None]
        best = min(done, key=lambda row: (row.score, row.number), default=None)
        return None if best is None or best.number == 0 else best

    def _verdict(self) -> Tuned:
        best, notes = self._best(), []
        default_score = tuned_score = None
        changes: dict[str, Any] = {}
        if best is None:
            notes.append(none_better())
        else:
            default = self._judged({})
            tuned = self._judged(best.changes)
            default_score, tuned_score = default.score, tuned.score
            if default_score is None or tuned_score is None:
                notes.append(unjudged(default.reason or tuned.reason))
            elif tuned_score < default_score:
                changes = dict(best.changes)
            else:
                notes.append(no_better())
        self.watch.report(1.0)
        model = with_changes(self.bench.model, changes)
        return Tuned(model, changes, tuple(self.rows), default_score, tuned_score, tuple(notes))

    def _judged(self, changes: dict[str, Any] | Any) -> Outcome:
        """On the windows kept back, which no trial has seen."""
        kept = self.record.verdict(changes)
        if kept is not None:
            return kept
        plan = self.bench.plan
        seconds = finite(max(self.watch.budget.left(), self._most_seconds()))
        group = tuple(plan.verdict.ends)
        job = Job(
            self.bench.model, changes, plan.panel, plan.verdict, group, self.bench.scales, seconds
        )
        found = judged(job, self.watch.should_stop)
        self.record.keep_verdict(changes, found)
        return found
