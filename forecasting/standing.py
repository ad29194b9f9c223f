"""How a race stands, as JSON: every model with its state, its losses and what is left for it."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from forecasting.engine.errors import EngineError
from forecasting.engine.race import ModelProgress, Started
from forecasting.engine.race.leading import ENSEMBLE
from forecasting.engine.sentences import as_json
from forecasting.engine.watch import ShardReport
from forecasting.models import PredictionTask

WAITING, RUNNING, DONE = "waiting", "running", "done"
SKIPPED, FAILED, STOPPED = "skipped", "failed", "stopped"
ENDED: Final = frozenset({DONE, SKIPPED, FAILED, STOPPED})
RACE, COMBINE, CALIBRATE = "race", "combine", "calibrate"
# Of the whole, what the models are; the last fit is the rest.
MODELS_SHARE: Final = 0.95
CALIBRATING_AT: Final = 0.96
# What a model without an estimate counts for, of the time that nobody has claimed.
UNKNOWN_SHARE: Final = 0.7
LEAST_SECONDS: Final = 0.05
# Points of a curve that travel with every report.
MOST_POINTS: Final = 60


@dataclass
class Runner:
    """One model: `curve` holds training and validation loss by epoch, `reason` is a sentence of
    the engine as template and details.
    """

    name: str
    kind: str
    state: str = WAITING
    fraction: float = 0.0
    left: float | None = None
    windows: int = 0
    score: float | None = None
    epoch: int = 0
    epochs: int = 0
    curve: list[list[float]] = field(default_factory=list)
    reason: dict[str, Any] | None = None
    seconds: float | None = None
    # Of a fit of many series: done and all of every shard, on so many workers, series a second.
    shards: list[list[int]] = field(default_factory=list)
    workers: int = 0
    per_second: float | None = None
    shards_left: float | None = None
    weight: float = LEAST_SECONDS
    resumed: bool = False


class Standing:
    """What a race's events come to; `as_detail` is what pages and programs read."""

    def __init__(self, seconds: float, kinds: dict[str, str]) -> None:
        self.seconds, self._kinds = seconds, kinds
        self.runners: dict[str, Runner] = {}
        self.stage = RACE
        self.windows = 0
        self.leader = ""
        self._began = time.monotonic()
        self._furthest = 0.0

    def plan(self, event: Started) -> None:
        """Who will run, and how long each is expected to take."""
        self.windows = event.windows
        known = {name: seconds for name, seconds in event.estimates.items() if seconds is not None}
        unknown = len(event.models) - len(known)
        spare = UNKNOWN_SHARE * max(0.0, self.seconds - sum(known.values())) / max(1, unknown)
        for name in event.models:
            runner = self.runner(name)
            runner.weight = max(LEAST_SECONDS, known.get(name, spare))

    def expect(self, name: str) -> None:
        """A model that will join when the others have ended, and takes no time worth a word."""
        self.runner(name).weight = LEAST_SECONDS

    def runner(self, name: str) -> Runner:
        """The line of a model; one that nobody announced joins at the end."""
        if name not in self.runners:
            kind = self._kinds.get(name) or _kind_of(name, self._kinds)
            self.runners[name] = Runner(name, kind)
        return self.runners[name]

    def starts(self, name: str) -> None:
        """A model begins; after the last of them the ensemble does."""
        runner = self.runner(name)
        runner.state, runner.fraction, runner.curve = RUNNING, 0.0, []
        if name == ENSEMBLE:
            self.stage = COMBINE

    def progress(self, event: ModelProgress) -> None:
        """How far the running model is."""
        runner = self.runner(event.model)
        if event.shards is not None:
            _tell_shards(runner, event.shards)
        if runner.state != RUNNING:
            return
        runner.fraction, runner.left = round(event.fraction, 3), _rounded(event.left)
        runner.windows, runner.score = event.windows, event.score
        if event.epoch is not None:
            losses = [round(event.epoch.train_loss, 5), round(event.epoch.valid_loss, 5)]
            runner.curve = [*runner.curve[: event.epoch.epoch - 1], losses]
            runner.epoch, runner.epochs = event.epoch.epoch, event.epoch.epochs

    def scored(self, name: str, score: float | None, windows: int, seconds: float) -> None:
        """A model has its place."""
        runner = self.runner(name)
        runner.state, runner.fraction, runner.left = DONE, 1.0, None
        runner.score, runner.windows, runner.seconds = score, windows, round(seconds, 3)

    def ends(self, name: str, state: str, reason: EngineError) -> None:
        """A model came to nothing."""
        runner = self.runner(name)
        runner.state, runner.left, runner.reason = state, None, as_json(reason)

    @property
    def done(self) -> list[Runner]:
        """Those that have ended, one way or another."""
        return [one for one in self.runners.values() if one.state in ENDED]

    @property
    def fraction(self) -> float:
        """How far the race is: the time it took, of that and the time it needs; never backwards."""
        if self.stage == CALIBRATE:
            now = CALIBRATING_AT
        else:
            spent = time.monotonic() - self._began
            now = MODELS_SHARE * spent / max(spent + self.left, LEAST_SECONDS)
        self._furthest = max(self._furthest, now)
        return self._furthest

    @property
    def left(self) -> float:
        """Seconds left: what running and waiting models and the last fit need, never beyond the
        budget.
        """
        budget = max(0.0, self._began + self.seconds - time.monotonic())
        need = sum(
            one.weight * (1 - one.fraction) if one.left is None else one.left
            for one in self.runners.values()
            if one.state not in ENDED
        )
        return min(budget, need + self._last_fit())

    def _last_fit(self) -> float:
        leader = self.runners.get(self.leader)
        return leader.seconds or 0.0 if leader is not None and self.windows else 0.0

    def as_detail(self, *, whole: bool = False) -> dict[str, Any]:
        """What pages and programs read; curves are thinned unless the `whole` is wanted."""
        return {
            "stage": self.stage,
            "leader": self.leader,
            "windows": self.windows,
            "seconds": self.seconds,
            "models": [_told(one, whole=whole) for one in self.runners.values()],
        }


def _tell_shards(runner: Runner, told: ShardReport) -> None:
    runner.shards = [list(one) for one in told.shards]
    runner.workers, runner.shards_left = told.workers, _rounded(told.left)
    runner.per_second = None if told.per_second is None else round(told.per_second, 2)


def of_task(task: PredictionTask) -> dict[str, Any]:
    """The race of a forecast as it stands, or stood at its end; empty before there is one."""
    job = task.training_job
    live = job.detail.get("race") if job is not None else None
    found: dict[str, Any] = task.receipt.get("race") or live or {}
    return found


def runners_of(task: PredictionTask) -> list[dict[str, Any]]:
    """Every model of the race, as `Runner` has it; those that a cancelled race left are stopped."""
    found: list[dict[str, Any]] = of_task(task).get("models", [])
    if task.is_live:
        return found
    return [one if one["state"] in ENDED else {**one, "state": STOPPED} for one in found]


def _told(runner: Runner, *, whole: bool) -> dict[str, Any]:
    told = asdict(runner)
    del told["weight"]
    if not whole:
        told["curve"] = thinned(runner.curve)
    return told


def thinned(curve: list[list[float]]) -> list[list[float]]:
    """At most 60 points of a curve, the newest among them."""
    every = -(-len(curve) // MOST_POINTS)
    return curve[::-1][:: max(1, every)][::-1]


def _kind_of(name: str, kinds: dict[str, str]) -> str:
    """A tuned model is called after the one it was found from."""
    return kinds.get(name.removesuffix("_tuned"), name.removesuffix("_tuned"))


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)
