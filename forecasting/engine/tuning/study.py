"""Optuna's part: which settings to try next, and which trial to give up.

Tree-structured Parzen estimators propose (Bergstra, Bardenet, Bengio, Kegl 2011); a trial whose
error after a run of windows is above the median of the others is given up (Golovin et al. 2017,
the median rule of Vizier). Every proposal has a seed of its own, so that a search told its earlier
trials again goes on as if it had never been interrupted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from forecasting.engine.tuning.result import TrialRow
from forecasting.engine.tuning.spaces import Choice, Range, Space

if TYPE_CHECKING:
    import optuna

# Trials at random before anything is learned from them, and before any is given up.
RANDOM_TRIALS: Final = 8
JUDGED_TRIALS: Final = 4


class Study:
    """Proposes changes within a space; without changes first, because the defaults are known to
    be good."""

    def __init__(self, space: Space, seed: int) -> None:
        import optuna  # noqa: PLC0415 -- only a search needs it

        self._optuna, self._space, self._seed = optuna, space, seed
        with quiet():
            self._study = optuna.create_study(
                pruner=optuna.pruners.MedianPruner(n_startup_trials=JUDGED_TRIALS)
            )

    def ask(self, number: int) -> Proposal:
        """The next trial; ``number`` counts all trials of the search."""
        with quiet():
            self._study.sampler = self._optuna.samplers.TPESampler(
                seed=self._seed + number, n_startup_trials=RANDOM_TRIALS
            )
            trial = self._study.ask()
            changes = {name: _asked(trial, name, one) for name, one in self._space.items()}
        return Proposal(self._study, trial, changes)

    def retell(self, row: TrialRow, steps: Sequence[float]) -> None:
        """Take in a trial that an earlier run has ended."""
        self._add(row.changes, row, steps)

    def retell_defaults(
        self, settings: Mapping[str, Any], row: TrialRow, steps: Sequence[float]
    ) -> None:
        """Take in the trial of the settings as they were given, as far as the space holds them."""
        inside = {
            name: settings[name] for name, one in self._space.items() if one.holds(settings[name])
        }
        self._add(inside, row, steps)

    def _add(self, params: Mapping[str, Any], row: TrialRow, steps: Sequence[float]) -> None:
        states = self._optuna.trial.TrialState
        state = {"done": states.COMPLETE, "pruned": states.PRUNED, "failed": states.FAIL}[row.state]
        with quiet():
            self._study.add_trial(
                self._optuna.trial.create_trial(
                    state=state,
                    params=dict(params),
                    distributions={name: self._domain(self._space[name]) for name in params},
                    value=row.score if row.state == "done" else None,
                    intermediate_values=dict(enumerate(steps, 1)),
                )
            )

    def _domain(self, one: Range | Choice) -> Any:
        kinds = self._optuna.distributions
        if isinstance(one, Choice):
            return kinds.CategoricalDistribution(one.options)
        if one.integer:
            return kinds.IntDistribution(int(one.low), int(one.high), log=one.log)
        return kinds.FloatDistribution(one.low, one.high, log=one.log)


class Proposal:
    """One trial of the study while it runs."""

    def __init__(
        self, study: optuna.Study, trial: optuna.Trial, changes: Mapping[str, Any]
    ) -> None:
        self._study, self._trial, self.changes = study, trial, dict(changes)

    def hopeless(self, step: int, score: float) -> bool:
        """Tell the error so far; whether the trial should be given up."""
        with quiet():
            self._trial.report(score, step)
            return bool(self._trial.should_prune())

    def tell(self, row: TrialRow) -> None:
        """How it ended."""
        from optuna.trial import TrialState  # noqa: PLC0415 -- only a search needs it

        with quiet():
            if row.state == "done":
                self._study.tell(self._trial, row.score)
            else:
                state = TrialState.PRUNED if row.state == "pruned" else TrialState.FAIL
                self._study.tell(self._trial, state=state)


@contextmanager
def quiet() -> Iterator[None]:
    """Hold Optuna's log to warnings for a while."""
    import optuna  # noqa: PLC0415 -- only a search needs it

    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        yield
    finally:
        optuna.logging.set_verbosity(before)


def _asked(trial: optuna.Trial, name: str, one: Range | Choice) -> Any:
    if isinstance(one, Choice):
        return trial.suggest_categorical(name, one.options)
    if one.integer:
        return trial.suggest_int(name, int(one.low), int(one.high), log=one.log)
    return trial.suggest_float(name, one.low, one.high, log=one.log)
