"""The leaderboard: who leads, by how much, and what became of the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.utils.translation import gettext

from forecasting import luck, ranking, refusals, runners, standing, wording
from forecasting.engine.race.leading import held_back
from forecasting.engine.sentences import as_json
from forecasting.models import PredictionResult, PredictionTask
from forecasting.models.trained_model import YARDSTICK
from forecasting.runners import Row

# Coverage this close to the promise, in percentage points, is on target.
ON_TARGET: Final = 4.0
# Bars of scores end here, in scores of seasonal naive.
WORTH_DRAWING: Final = 1.5


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
    """Models by rank; then those that run, that wait, and that came to nothing, with the reason.

    A model whose score so far is known stands where that would put it.
    """
    raced = {one["name"]: one for one in standing.runners_of(task)}
    others = [one for name, one in raced.items() if name not in {row.name for row in ranked}]
    scores = [ranking.score(one.metrics) for one in ranked] + [one["score"] for one in others]
    yardstick: dict[str, Any] = next((one.metrics for one in ranked if one.name == YARDSTICK), {})
    top = _full_bar([score for score in scores if score is not None], ranking.score(yardstick))
    board = [_row(task, one, yardstick, top, raced.get(one.name)) for one in ranked]
    if chosen is not None:
        board = [replace(row, is_shown=row.name == chosen.name) for row in board]
    for one in sorted(others, key=_turn):
        _place(board, runners.row_of(task, one, yardstick, top))
    return board


def _full_bar(scores: Sequence[float], naive: float | None) -> float:
    """The score that fills a bar: one hopeless model must not make all others look alike."""
    worst = max(scores, default=0.0)
    return min(worst, WORTH_DRAWING * naive) if naive else worst


def _turn(runner: dict[str, Any]) -> int:
    """Running models before waiting ones, those that came to nothing last."""
    return (
        [standing.RUNNING, standing.WAITING].index(runner["state"])
        if (runner["state"] not in standing.ENDED)
        else 2
    )


def _place(board: list[Row], row: Row) -> None:
    """Among those with a rank where its score so far is known, else at the end."""
    if row.score is not None:
        for place, other in enumerate(board):
            if place and other.score is not None and other.score > row.score:
                board.insert(place, row)
                return
    board.append(row)


def lead_words(ranked: Sequence[PredictionResult]) -> str:
    """How sure the lead over the runner-up is, and why a smaller error does not lead."""
    tested = [one for one in ranked if ranking.score(one.metrics) is not None]
    if len(tested) < 2:
        return ""
    scores = {one.name: ranking.score(one.metrics) or 0.0 for one in tested}
    held = held_back(scores, {one.name: one.type for one in tested})
    said = [luck.lead_words(tested[0], tested[1]), refusals.spoken(as_json(held)) if held else ""]
    return wording.sentences(said)


def bands(task: PredictionTask, chosen: PredictionResult | None) -> list[Band]:
    """Coverage on past windows of one model."""
    if chosen is None:
        return []
    values = sum(int(one.get("values", 0)) for one in chosen.metrics.get("windows", ()))
    found = [(level, chosen.coverage(level)) for level in task.levels]
    return [Band(level, share, values) for level, share in found if share is not None]


def _row(
    task: PredictionTask,
    result: PredictionResult,
    yardstick: dict[str, Any],
    top: float,
    runner: dict[str, Any] | None,
) -> Row:
    metrics = result.metrics
    score, count = ranking.score(metrics), len(metrics.get("windows", ()))
    return Row(
        name=result.name,
        label=result.label,
        rank=result.rank,
        state=gettext("done"),
        windows=f"{count} / {count}" if count else "–",
        score=score,
        width=min(100.0, 100 * score / top) if score and top else 0.0,
        skill=ranking.skill(metrics, yardstick),
        coverage=result.coverage(min(task.levels)),
        seconds=metrics.get("seconds"),
        fit_seconds=metrics.get("fit_seconds", metrics.get("seconds")),
        predict_seconds=metrics.get("predict_seconds"),
        coverages=[result.coverage(level) for level in task.levels],
        luck=luck.against_naive(metrics.get("significance")),
        curve=runners.curve_of(runner),
        leads=result.rank == 1,
        is_yardstick=result.name == YARDSTICK,
        model_id=result.model_id,
    )
