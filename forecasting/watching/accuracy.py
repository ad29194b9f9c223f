"""How a forecast did on values that came later: by horizon step, by run, and as it was last said.

Every value may have been forecast by several runs. Errors by step and by run count each of those
forecasts; bias and coverage count a value once, by the newest forecast made before it came.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import numpy as np

from forecasting.engine.drift.holding import Held
from forecasting.engine.drift.tracking import Tracking, tracking
from forecasting.models import ForecastScore, PredictionTask

# The newest runs that a page shows and counts.
MOST_RUNS: Final = 100
# Errors of one run follow each other, so that few runs test nothing.
FEWEST_RUNS: Final = 5


@dataclass
class Sums:
    """Errors added up; what is divided by nothing is None."""

    values: int = 0
    absolute: float = 0.0
    signed: float = 0.0
    scaled: float = 0.0
    scaled_values: int = 0
    inside: dict[int, int] = field(default_factory=dict)

    def add(self, step: dict[str, Any]) -> None:
        """One step of a score."""
        self.values += step["values"]
        self.absolute += step["abs"]
        self.signed += step["sum"]
        self.scaled += step["scaled"]
        self.scaled_values += step["scaled_values"]
        for level, count in step["inside"].items():
            self.inside[int(level)] = self.inside.get(int(level), 0) + count

    @property
    def mae(self) -> float | None:
        """Mean absolute error."""
        return self.absolute / self.values if self.values else None

    @property
    def mase(self) -> float | None:
        """The same in naive errors."""
        return self.scaled / self.scaled_values if self.scaled_values else None

    @property
    def bias(self) -> float | None:
        """Mean of what came less what was forecast."""
        return self.signed / self.values if self.values else None

    @property
    def coverage(self) -> dict[int, Held]:
        """Values inside every interval, by level in percent."""
        return {p: Held(p, count, self.values) for p, count in sorted(self.inside.items())}


@dataclass
class StepAccuracy(Sums):
    """All forecasts so many steps ahead."""

    step: int = 0


@dataclass
class RunAccuracy(Sums):
    """One run: `known` of its `horizon` steps have come."""

    task: PredictionTask | None = None
    number: int = 1
    label: str = ""
    cutoff: str = ""
    known: int = 0
    horizon: int = 0
    is_complete: bool = False


@dataclass(frozen=True)
class Told:
    """A time as it was forecast last before it came: mean error over the series."""

    time: str
    error: float


@dataclass(frozen=True)
class Accuracy:
    """`scores` of the newest runs that have any, the oldest first."""

    task: PredictionTask
    scores: Sequence[ForecastScore]

    @cached_property
    def runs(self) -> list[RunAccuracy]:
        """The newest first."""
        return [_of_run(one) for one in reversed(self.scores)]

    @cached_property
    def steps(self) -> list[StepAccuracy]:
        """By steps ahead, as far as any has come."""
        found: dict[int, StepAccuracy] = {}
        for one in self.scores:
            for step in one.steps:
                ahead = int(step["step"])
                found.setdefault(ahead, StepAccuracy(step=ahead)).add(step)
        return [found[ahead] for ahead in sorted(found)]

    @cached_property
    def whole(self) -> Sums:
        """All forecasts of all runs."""
        return _added(step for one in self.scores for step in one.steps)

    @cached_property
    def newest(self) -> Sums:
        """Each value once, by the newest forecast of it."""
        return _added(self._newest.values())

    @property
    def told(self) -> list[Told]:
        """The error of that forecast at every time, the oldest first."""
        return [
            Told(time, step["sum"] / step["values"]) for time, step in sorted(self._newest.items())
        ]

    @cached_property
    def tracking(self) -> Tracking:
        """Does it run too high or too low?"""
        return tracking(np.array([one.error for one in self.told]))

    @property
    def is_tested(self) -> bool:
        """Do values stand enough by themselves for a test of the intervals?"""
        alone = all(one.series == 1 for one in self.scores)
        return alone and len(self.scores) >= FEWEST_RUNS

    @property
    def levels(self) -> list[int]:
        """Of the intervals, narrow first."""
        return sorted(self.whole.inside)

    @property
    def of_this(self) -> ForecastScore | None:
        """The score of the run that is asked about."""
        return next((one for one in self.scores if one.task_id == self.task.pk), None)

    @property
    def known_of_this(self) -> int:
        """How many of its steps have come."""
        return self.of_this.steps_known if self.of_this else 0

    @cached_property
    def _newest(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for one in sorted(self.scores, key=lambda score: score.cutoff):
            found |= {step["time"]: step for step in one.steps}
        return found


def of_task(task: PredictionTask) -> Accuracy:
    """How the forecast did, over all of its runs."""
    runs = PredictionTask.objects.runs_of(task)
    scores = ForecastScore.objects.of_tasks(runs.order_by()).reverse()[:MOST_RUNS]
    return Accuracy(task, list(reversed(scores)))


def _of_run(score: ForecastScore) -> RunAccuracy:
    task = score.task
    found = RunAccuracy(
        task=task,
        number=task.run,
        label=score.label,
        cutoff=score.cutoff,
        known=score.steps_known,
        horizon=task.horizon,
        is_complete=score.is_complete,
    )
    for step in score.steps:
        found.add(step)
    return found


def _added(steps: Any) -> Sums:
    found = Sums()
    for step in steps:
        found.add(step)
    return found
