"""The leaderboard: every model judged on the same windows, the smallest error first."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from forecasting.engine.backtest_result import BacktestResult
from forecasting.engine.comparison import YARDSTICK
from forecasting.engine.race.events import Row
from forecasting.engine.race.leading import ENSEMBLE, leader
from forecasting.engine.race.trial import Trial
from forecasting.engine.significance import DieboldMariano, compare_windows

# Who may join the ensemble: errors at most so many times those of the best, and how many.
CONTENDING: Final = 1.25
MOST_MEMBERS: Final = 6
# Who leads while nobody was tested.
UNTESTED: Final = ("linear_many", "linear_stack", "linear", "seasonal_naive", "naive")


@dataclass(eq=False)
class Standings:
    """The trials so far by name; ``kinds`` are their names in the registry."""

    trials: dict[str, Trial] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, kind: str, trial: Trial) -> Row:
        """Take in a trial; its line of the leaderboard."""
        self.trials[name], self.kinds[name] = trial, kind
        return self.row(name)

    def row(self, name: str) -> Row:
        """The line of one model."""
        trial = self.trials[name]
        seconds = (trial.fit_seconds, trial.predict_seconds)
        if trial.result is None:
            return Row(
                name, self.kinds[name], None, fit_seconds=seconds[0], predict_seconds=seconds[1]
            )
        metric = trial.result.metric
        return Row(
            name,
            self.kinds[name],
            score(trial),
            metric,
            self._skill(trial.result, metric),
            dict(trial.result.metrics["coverage"]),
            len(trial.result.mean),
            *seconds,
        )

    def rows(self) -> tuple[Row, ...]:
        """All lines, the best first; of two equally good ones that which ran first."""
        names = sorted(self.trials, key=self._order)
        return tuple(self.row(name) for name in names)

    def leader(self) -> str:
        """Who leads by the rule of leading.py; empty while there is nobody."""
        scores = self.scores()
        if scores:
            return leader(scores, self.kinds)
        return min(self.trials, key=self._order, default="")

    def scores(self) -> dict[str, float]:
        """What those that were tested are ranked by."""
        found = {name: score(trial) for name, trial in self.trials.items()}
        return {name: value for name, value in found.items() if value is not None}

    def contenders(self) -> list[str]:
        """Tested models good enough for the ensemble, the best first, one of each kind."""
        best = float("inf")
        found: dict[str, str] = {}
        for row in self.rows():
            if row.score is None or row.kind == ENSEMBLE:
                continue
            best = min(best, row.score)
            if row.score <= CONTENDING * best and len(found) < MOST_MEMBERS:
                found.setdefault(row.kind, row.model)
        return list(found.values())

    def results(self) -> dict[str, BacktestResult]:
        """The backtests by name."""
        return {name: t.result for name, t in self.trials.items() if t.result is not None}

    def significance(self) -> DieboldMariano | None:
        """Whether the leader is really better than seasonal naive."""
        leader, results = self.leader(), self.results()
        if leader == YARDSTICK or leader not in results or YARDSTICK not in results:
            return None
        own, other = results[leader], results[YARDSTICK]
        scales = own.scales if own.metric == "mase" else None
        # The windows do not overlap, so their errors reach no further than one cutoff.
        return compare_windows(
            own.actual, own.mean, other.mean, stride=own.mean.shape[2], scales=scales
        )

    def _skill(self, result: BacktestResult, metric: str) -> float | None:
        yardstick = self.results().get(YARDSTICK)
        return None if yardstick is None else result.skill(yardstick, metric)

    def _order(self, name: str) -> tuple[Any, ...]:
        own = score(self.trials[name])
        known = name in UNTESTED
        place = UNTESTED.index(name) if known else len(UNTESTED)
        return (own is None, own or 0.0, place if own is None else 0)


def score(trial: Trial) -> float | None:
    """What models are ranked by; None where nothing was tested."""
    if trial.result is None:
        return None
    found: float | None = trial.result.metrics[trial.result.metric]
    return found
