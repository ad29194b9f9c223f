"""The leaderboard: who leads, by how much, and what is still being trained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from django.utils.translation import gettext

from forecasting import racing, training, wording
from forecasting.engine.frequency import Frequency
from forecasting.models import PredictionResult, PredictionTask
from forecasting.models.trained_model import YARDSTICK, type_label
from jobs.models import Job

# Coverage this close to the promise, in percentage points, is on target.
ON_TARGET: Final = 4.0


@dataclass(frozen=True)
class Row:
    """One model on the leaderboard."""

    type: str
    label: str
    rank: int | None = None
    state: str = ""
    percent: int = 100
    bar: str = "done"
    windows: str = ""
    score: float | None = None
    width: float = 0.0
    skill: float | None = None
    coverage: float | None = None
    seconds: float | None = None
    left: float | None = None
    curve: list[float] = field(default_factory=list)
    leads: bool = False
    is_shown: bool = False
    is_yardstick: bool = False
    model_id: Any = None


@dataclass(frozen=True)
class Band:
    """Does an interval hold what it promises?"""

    level: int
    coverage: float
    values: int

    @property
    def percent(self) -> float:
        """Share of past values inside, in percent."""
        return 100 * self.coverage

    @property
    def verdict(self) -> str:
        """In words."""
        gap = self.percent - self.level
        if abs(gap) <= ON_TARGET:
            return gettext("on target")
        return gettext("too wide") if gap > 0 else gettext("too narrow")

    @property
    def pill(self) -> str:
        """The colour of the verdict."""
        return "good" if abs(self.percent - self.level) <= ON_TARGET else "warn"


def rows(
    task: PredictionTask, ranked: Sequence[PredictionResult], chosen: PredictionResult | None
) -> list[Row]:
    """Models by rank, then the one that is still being trained (or never got there)."""
    scores = [racing.score(one.metrics) for one in ranked]
    top = max((score for score in scores if score is not None), default=0.0)
    yardstick: dict[str, Any] = next((one.metrics for one in ranked if one.type == YARDSTICK), {})
    board = [_row(task, one, yardstick, top) for one in ranked]
    if chosen is not None:
        board = [replace(row, is_shown=row.type == chosen.type) for row in board]
    waiting = _waiting_row(task, ranked)
    return [*board, waiting] if waiting else board


def bands(task: PredictionTask, chosen: PredictionResult | None) -> list[Band]:
    """Coverage on past windows of one model."""
    if chosen is None:
        return []
    values = sum(int(one.get("values", 0)) for one in chosen.metrics.get("windows", ()))
    found = [(level, chosen.coverage(level)) for level in task.levels]
    return [Band(level, share, values) for level, share in found if share is not None]


def windows(
    task: PredictionTask,
    chosen: PredictionResult | None,
    yardstick: PredictionResult | None,
    frequency: Frequency,
) -> list[dict[str, Any]]:
    """One row a past window: cutoff, error of one model and of seasonal naive."""
    own = chosen.metrics.get("windows", []) if chosen else []
    naive = yardstick.metrics.get("windows", []) if yardstick else []
    level = str(min(task.levels))
    table = []
    for place, window in enumerate(own):
        other = naive[place]["mae"] if place < len(naive) else None
        mae = window["mae"]
        table.append(
            {
                "cutoff": wording.moment(window["cutoff"], frequency, task.version.clock),
                "mae": mae,
                "naive": other,
                "skill": 1 - mae / other if mae is not None and other else None,
                "coverage": window["coverage"].get(level),
            }
        )
    return table


def curve(task: PredictionTask) -> list[float]:
    """Validation loss of the network by epoch."""
    job = task.training_job
    return [point[1] for point in job.detail.get("curve", [])] if job else []


def _row(
    task: PredictionTask, result: PredictionResult, yardstick: dict[str, Any], top: float
) -> Row:
    metrics = result.metrics
    score, count = racing.score(metrics), len(metrics.get("windows", ()))
    return Row(
        type=result.type,
        label=result.label,
        rank=result.rank,
        state=gettext("done"),
        windows=f"{count} / {count}" if count else "–",
        score=score,
        width=100 * score / top if score and top else 0.0,
        skill=racing.skill(metrics, yardstick),
        coverage=result.coverage(min(task.levels)),
        seconds=metrics.get("seconds"),
        curve=curve(task) if result.type == training.MODEL else [],
        leads=result.rank == 1,
        is_yardstick=result.type == YARDSTICK,
        model_id=result.model_id,
    )


def _waiting_row(task: PredictionTask, ranked: Sequence[PredictionResult]) -> Row | None:
    """The network before it has a result; None when it has one or none was asked for."""
    done = any(one.type == training.MODEL for one in ranked)
    if done or not task.races or not ranked:
        return None
    job = task.training_job
    state, bar = _training_state(job)
    return Row(
        type=training.MODEL,
        label=type_label(training.MODEL),
        state=state,
        percent=job.percent if job else 0,
        bar=bar,
        left=job.eta if job and job.state == Job.State.RUNNING else None,
        curve=curve(task),
    )


def _training_state(job: Job | None) -> tuple[str, str]:
    if job is None or job.state == Job.State.QUEUED:
        return gettext("waits for a worker"), "waiting"
    if job.state == Job.State.RUNNING:
        if job.detail.get("step") == "test":
            return gettext("being tested"), ""
        return gettext("training"), ""
    if job.state == Job.State.FAILED:
        return gettext("failed"), "failed"
    return gettext("stopped"), "waiting"
