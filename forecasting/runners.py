"""Models of a race that have no result yet, or never will, as lines of the leaderboard."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import gettext

from forecasting import ranking, refusals, standing, wording
from forecasting.engine.race.leading import ENSEMBLE
from forecasting.luck import Luck
from forecasting.models import PredictionTask
from forecasting.models.trained_model import name_label

# The share of a model's work after which its past windows are forecast.
TESTING_FROM: Final = 0.8


@dataclass(frozen=True)
class Row:
    """One model on the leaderboard.

    `state` is a word, `bar` how its progress looks, `reason` a sentence about a model that came to
    nothing; `partial` marks a score over fewer windows than there are.
    """

    name: str
    label: str
    rank: int | None = None
    state: str = ""
    percent: int = 100
    bar: str = "done"
    windows: str = ""
    score: float | None = None
    partial: bool = False
    width: float = 0.0
    skill: float | None = None
    coverage: float | None = None
    seconds: float | None = None
    fit_seconds: float | None = None
    predict_seconds: float | None = None
    coverages: list[float | None] = field(default_factory=list)
    luck: Luck = field(default_factory=lambda: Luck(""))
    left: float | None = None
    curve: list[float] = field(default_factory=list)
    reason: str = ""
    leads: bool = False
    is_shown: bool = False
    is_yardstick: bool = False
    can_stop: bool = False
    model_id: Any = None
    url: str = ""


def row_of(
    task: PredictionTask, runner: dict[str, Any], yardstick: dict[str, Any], top: float
) -> Row:
    """The line of a model that runs, waits, or came to nothing."""
    state, score = runner["state"], runner["score"]
    ended = state in standing.ENDED
    stopping = not ended and runner["name"] in task.stopped_models
    live = task.is_live and not ended
    return Row(
        name=runner["name"],
        label=name_label(runner["name"], runner["kind"]),
        state=gettext("stopping") if stopping else _words(task, runner),
        percent=round(100 * runner["fraction"]),
        bar=_bar(task, state),
        windows=_windows(task, runner),
        score=score,
        partial=score is not None,
        width=min(100.0, 100 * score / top) if score and top else 0.0,
        skill=ranking.skill({"mase": score}, yardstick),
        left=runner["left"] if task.is_live and state == standing.RUNNING else None,
        curve=curve_of(runner),
        reason=refusals.spoken(runner["reason"]) if runner["reason"] else "",
        can_stop=live and not stopping and not task.finish_requested,
    )


def curve_of(runner: dict[str, Any] | None) -> list[float]:
    """Validation loss by epoch; nothing for a model without epochs."""
    return [point[1] for point in runner["curve"]] if runner else []


def epochs_of(runner: dict[str, Any]) -> str:
    """`epoch 3 of 20`, before the last one has ended; "" for a model without epochs."""
    is_training = runner["epoch"] and runner["fraction"] < TESTING_FROM
    return wording.epochs(runner) if is_training else ""


def _words(task: PredictionTask, runner: dict[str, Any]) -> str:
    state, left_out, failed = runner["state"], gettext("left out"), gettext("failed")
    ended = {standing.SKIPPED: left_out, standing.FAILED: failed}
    if state in ended:
        return ended[state]
    if state == standing.STOPPED or not task.is_live:
        return gettext("stopped")
    if state == standing.WAITING:
        return gettext("waits for all models") if runner["name"] == ENSEMBLE else gettext("waits")
    if runner["fraction"] >= TESTING_FROM or runner["windows"]:
        return gettext("being tested")
    words = {"state": gettext("training"), "epochs": epochs_of(runner)}
    if words["epochs"]:
        return gettext("%(state)s, %(epochs)s") % words
    return words["state"]


def _bar(task: PredictionTask, state: str) -> str:
    if state == standing.FAILED:
        return "failed"
    return "" if state == standing.RUNNING and task.is_live else "waiting"


def _windows(task: PredictionTask, runner: dict[str, Any]) -> str:
    count = int(task.receipt.get("windows", 0))
    if runner["state"] != standing.RUNNING or not count:
        return ""
    return f"{runner['windows']} / {count}"
