"""The better answer within a minute: the linear stack, then a network trained beside it."""

from __future__ import annotations

import json
import math
import time
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from forecasting import instant, racing
from forecasting.engine.errors import Cancelled as EngineCancelled
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.registry import create
from forecasting.engine.watch import EpochReport
from forecasting.models import PredictionResult, PredictionTask, TrainedModel
from forecasting.models.trained_model import YARDSTICK
from forecasting.racing import Course, Finish
from forecasting.stacked import run_stack
from jobs.progress import Progress

MODEL: Final = "lstm"
# The time is given to this one network, so it may use it for more windows than a race would.
WINDOWS: Final = {"max_windows": 80_000, "epoch_windows": 4_000, "learning_rate": 1e-3}
# Training is this part of the job; testing and writing are the rest.
TRAINED: Final = 0.95
# Beside the training itself: starting up, testing, writing.
SECONDS_AROUND: Final = 5
LATELY: Final = 5


def seconds_expected() -> int:
    """How long the whole of a balanced forecast takes here: what it took lately, else the budget.

    Rounded up to 5 s, for people who decide.
    """
    took = TrainedModel.objects.lately(MODEL, LATELY)
    seconds = max(took) if took else float(settings.FORECAST_TRAINING_SECONDS)
    return 5 * math.ceil((seconds + SECONDS_AROUND) / 5)


class Watcher:
    """Turns what the training loop says into progress, loss curve and seconds left."""

    def __init__(self, run: Progress) -> None:
        self.run = run
        self.curve: list[list[float]] = list(run.job.detail.get("curve", []))
        # Until the first epoch tells better, the time budget is the best guess.
        self.left = float(settings.FORECAST_TRAINING_SECONDS)
        self.told = time.monotonic()

    def heard(self, report: EpochReport) -> None:
        """One epoch ended; an epoch repeated after a lost worker replaces its point."""
        del self.curve[report.epoch - 1 :]
        self.curve.append([round(report.train_loss, 5), round(report.valid_loss, 5)])
        self.left, self.told = report.eta_seconds, time.monotonic()
        self.run.report(
            TRAINED * report.epoch / report.epochs,
            eta=self.eta,
            step="train",
            curve=list(self.curve),
            epoch=report.epoch,
            epochs=report.epochs,
        )

    def progress(self, fraction: float, _message: str) -> None:
        """Called for every batch."""
        self.run.report(TRAINED * fraction, eta=self.eta, step="train")

    @property
    def eta(self) -> float:
        """Seconds left as of the last epoch, less what has passed since."""
        return max(0.0, self.left - (time.monotonic() - self.told))


def train(task: PredictionTask, run: Progress) -> None:
    """Train the network on the rows before the test windows, test it, let it take the lead or not.

    A killed worker's successor goes on from the last epoch. Raises EngineError when the data are
    too few, jobs' Cancelled or Interrupted when the work should stop.
    """
    row = _row(task, run)
    panel = instant.read(task)
    course = Course.plan(panel, task.horizon, task.levels)
    stack = run_stack(task, run, course)
    if stack is not None:
        _commit(task, run, stack)
    began = time.monotonic()
    budget = float(settings.FORECAST_TRAINING_SECONDS)
    seed = int(task.asked("seed", 0))
    model = create(MODEL, seed=seed, max_seconds=budget, **WINDOWS)
    _say_start(run)
    _fit(model, course, run)
    seconds = max(time.monotonic() - began, float(model.report_.get("seconds", 0.0)))
    run.report(TRAINED, eta=1.0, step="test", curve=_whole_curve(model))
    _commit(task, run, racing.run_trained(model, course, seconds), row)


def _fit(model: Forecaster, course: Course, run: Progress) -> None:
    watcher = Watcher(run)
    model.on_epoch = watcher.heard
    try:
        model.fit(
            course.past,
            horizon=course.horizon,
            progress=watcher.progress,
            should_stop=run.should_stop,
            checkpoint=run.checkpoint_dir / MODEL,
        )
    except EngineCancelled:
        run.raise_if_cancelled()
        raise


def _whole_curve(model: Forecaster) -> list[list[float]]:
    """Loss by epoch as the training itself remembers it, over all attempts."""
    return [
        [round(epoch["train_loss"], 5), round(epoch["valid_loss"], 5)]
        for epoch in model.report_.get("history", [])
    ]


def _epochs_kept(run: Progress) -> int:
    """Epochs in the checkpoint of an earlier attempt; 0 without one."""
    try:
        state = json.loads((run.checkpoint_dir / MODEL / "checkpoint.json").read_bytes())
    except (OSError, ValueError):
        return 0
    return int(state.get("run", {}).get("epoch", 0))


def _say_start(run: Progress) -> None:
    kept = _epochs_kept(run)
    if kept:
        run.milestone(f"LSTM goes on after epoch {kept}", code="resumed", epoch=kept)
    else:
        run.milestone("LSTM starts training", code="starts", model=MODEL)


def _commit(
    task: PredictionTask, run: Progress, finish: Finish, row: TrainedModel | None = None
) -> None:
    before = task.results.ranked().first()
    history = before.visualization_data if before else {}
    with transaction.atomic():
        run.fence()
        result = racing.keep(task, finish, history=history, job=run.job, row=row)
        leader = racing.place_all(task)
        receipt = task.receipt | {
            "compute_seconds": round(
                float(task.receipt.get("compute_seconds", 0)) + finish.seconds, 3
            )
        }
        PredictionTask.objects.filter(pk=task.pk).update(receipt=receipt)
    run.milestone(f"{result.type} is done", **_verdict(task, result, before, leader))


def _verdict(
    task: PredictionTask,
    result: PredictionResult,
    before: PredictionResult | None,
    leader: PredictionResult | None,
) -> dict[str, Any]:
    """How the network did against the leader it met and against seasonal naive."""
    yardstick = task.results.filter(type=YARDSTICK).first()
    leads = leader is not None and leader.type == result.type
    return {
        "code": "lead" if leads else "kept",
        "model": result.type,
        "rival": before.type if before else "",
        "own": racing.score(result.metrics),
        "other": racing.score(before.metrics) if before else None,
        "skill": racing.skill(result.metrics, yardstick.metrics) if yardstick else None,
    }


def _row(task: PredictionTask, run: Progress) -> TrainedModel:
    earlier = TrainedModel.objects.filter(job=run.job, type=MODEL).first()
    return earlier or racing.new_row(task, MODEL, run.job)
