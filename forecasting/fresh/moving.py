"""A forecast brought up to date without training: every model takes in the new rows as it is.

What forecasts with numpy moves at once in the fast pool; nets and what may hold one follow in the
training pool, where torch is. Linear and neural models look at the newest window, statistical ones
filter their state on, intervals learn from the past forecasts that the new rows judge.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext

from accounts.problems import Conflict
from forecasting import asking, instant, keeping, recipe, results
from forecasting.engine import artifacts
from forecasting.engine.errors import EngineError, gettext_noop
from forecasting.engine.forecast import Forecast
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.panel import Panel
from forecasting.engine.registry import create
from forecasting.engine.sentences import as_json
from forecasting.fresh import roll, runs
from forecasting.fresh.roll import Roll
from forecasting.models import PredictionResult, PredictionTask
from forecasting.models.trained_model import BASELINES
from forecasting.portfolio import levels, summary
from forecasting.recipe import Recipe
from forecasting.refusals import problem_from
from forecasting.serving import places
from forecasting.serving.answering import fetched
from forecasting.transitions import MOVE
from forecasting.watching.succeeding import succeeded
from jobs.progress import Progress

__all__ = ["MOVE", "answer", "prepare"]
# Receipts say under these names what a run that moved found.
CARRIED: Final = ("windows", "tested_series", "significance", "refitted", "notes", "race", "lent")


@dataclass
class Moved:
    """What one job moved: results by name, why others could not, and which series came or went."""

    found: dict[str, PredictionResult] = field(default_factory=dict)
    reasons: dict[str, EngineError] = field(default_factory=dict)
    roll: Roll = field(default_factory=Roll)


def prepare(task: PredictionTask, *, moved_by: str) -> PredictionTask:
    """The next run on the newest data, without its job; call it in a transaction.

    Raises Conflict where there is nothing new or a run is under way, ForecastProblem where the
    data can be forecast no more.
    """
    newest = runs.newest(task)
    version = asking.check_version(newest.dataset)
    if newest.version_id == version.pk:
        raise Conflict(
            gettext("Run %(run)s has seen all rows there are. Append data, or forecast anew.")
            % {"run": newest.run},
            code="nothing_new",
        )
    asking.check_targets(version, newest.asked("targets"))
    return runs.begin(newest, version, moved_by=moved_by, refits=False)


def needs_torch(results: Sequence[PredictionResult]) -> list[PredictionResult]:
    """Those that only move where torch may be loaded."""
    return [one for one in results if not places.answers_here(one.type)]


def answer(task: PredictionTask, run: Progress, *, here: bool) -> bool:
    """Move what can be moved in this process and commit it; answers whether more is to come.

    `here` is the fast pool. Raises EngineError or Conflict where nothing could be moved at all.
    """
    before = _before(task)
    found = before.results.ranked().select_related("model__registered__line__champion__model")
    listed = [succeeded(one) for one in found]
    done = set(task.results.values_list("name", flat=True))
    heavy = {one.name for one in needs_torch(listed)}
    mine = [one for one in listed if one.name not in done and not (here and one.name in heavy)]
    began = time.perf_counter()
    asked = recipe.of_task(task, roll.known_to(mine))
    if asked.summing is not None:
        levels.write(task, asked.summing.hierarchy)
    moved = _move(task, mine, asked, run)
    rest = bool(here and heavy)
    _require_some(task, moved, rest=rest)
    _close(task, run, _Closing(before, asked, moved, time.perf_counter() - began))
    summary.prepare(task)
    return rest


@dataclass(frozen=True, eq=False)
class _Closing:
    """What the receipt of a run is written from."""

    before: PredictionTask
    asked: Recipe
    moved: Moved
    seconds: float


def _before(task: PredictionTask) -> PredictionTask:
    found = runs.before(task)
    if found is None:
        raise Conflict(gettext("The run before this one is gone. Make a new forecast."))
    return found


def _move(
    task: PredictionTask, listed: Sequence[PredictionResult], asked: Recipe, run: Progress
) -> Moved:
    moved, history = Moved(), results.history_of(asked.panel, asked.horizon)
    moved.roll.new += asked.unseen
    for place, before in enumerate(listed):
        run.raise_if_cancelled()
        try:
            said = _said(before, asked, moved.roll)
        except EngineError as reason:
            moved.reasons[before.name] = reason
        else:
            with transaction.atomic():
                run.fence()
                moved.found[before.name] = keeping.carry(task, before, said, history)
        run.report((place + 1) / (len(listed) + 1))
    return moved


def _said(before: PredictionResult, asked: Recipe, found: Roll) -> keeping.Said:
    """The model after the new rows and its forecast; its weights stay what they were."""
    model, forecast = _told(before, asked, found)
    return keeping.Said(model, asked.whole(forecast), asked.stood_in)


def _told(before: PredictionResult, asked: Recipe, found: Roll) -> tuple[Forecaster, Forecast]:
    row = before.model
    if row is None and before.type in BASELINES:
        model = create(before.type).fit(asked.panel, horizon=asked.horizon)
        return model, model.predict(levels=asked.levels)
    if row is None or not row.model_path:
        raise EngineError(gettext_noop("Its model was deleted. Forecast anew to train another."))
    model = artifacts.load(fetched(row.model_path)[0])
    if row.dataset_id != before.task.dataset_id:
        return model, model.predict(asked.panel, levels=asked.levels)
    found.add(model.context_, asked.panel)
    known = _known(model, asked.panel)
    if known.ids != model.context_.ids:
        # Some series went: the others are answered from their rows, by what was learned.
        return model, model.predict(known, levels=asked.levels)
    model.update(known)
    return model, model.predict(levels=asked.levels)


def _known(model: Forecaster, panel: Panel) -> Panel:
    """The series that the model knows; those that are new wait for the next training."""
    ids, there = model.context_.ids, set(panel.ids)
    if panel.ids == ids:
        return panel
    both = [name for name in ids if name in there]
    return panel.select(both) if both else panel


def _require_some(task: PredictionTask, moved: Moved, *, rest: bool) -> None:
    if moved.found or rest or task.results.exists():
        return
    for reason in moved.reasons.values():
        raise problem_from(reason)
    raise Conflict(gettext("None of its models is left. Forecast anew."))


def _close(task: PredictionTask, run: Progress, closing: _Closing) -> None:
    """Receipt, leader, alert rules: all at once, and only while nobody cancelled."""
    with transaction.atomic():
        run.fence()
        run.raise_if_cancelled()
        leader = task.results.ranked().select_related("model").first()
        receipt = _receipt(task, closing)
        task.receipt, task.model = receipt, leader.model if leader else None
        PredictionTask.objects.filter(pk=task.pk).update(
            receipt=receipt, model=task.model, result_path=results.folder_of(task)
        )
        if leader is not None:
            runs.arrived(task)
    run.milestone(
        f"Read {receipt['rows']:,} rows",
        code="read",
        rows=receipt["rows"],
        missing=receipt["missing"],
    )


def _receipt(task: PredictionTask, closing: _Closing) -> dict[str, Any]:
    before, panel = closing.before, closing.asked.panel
    task.refresh_from_db(fields=["receipt"])
    earlier: dict[str, Any] = task.receipt
    carried = {name: before.receipt[name] for name in CARRIED if name in before.receipt}
    moved = earlier.get("moved", {})
    reasons = moved.get("reasons", {}) | {
        name: as_json(why) for name, why in closing.moved.reasons.items()
    }
    seconds = float(earlier.get("compute_seconds", 0.0)) + closing.seconds
    told = instant.facts_of(panel) | {
        "series": closing.asked.series,
        "instant_seconds": earlier.get("instant_seconds") or instant.since_asked(task),
        "compute_seconds": round(seconds, 3),
        "left_out": {},
        "moved": {
            "from": str(before.pk),
            "run": before.run,
            "last": before.receipt.get("last"),
            "rows": max(0, int(panel.lengths.max()) - int(before.receipt.get("rows") or 0)),
            "tested_on": _tested_on(before),
            "reasons": reasons,
            roll.KEPT: moved.get(roll.KEPT, {}) | closing.moved.roll.as_receipt(),
        },
    }
    return carried | told


def _tested_on(before: PredictionTask) -> int:
    """The number of the version whose past windows the scores are of."""
    told = before.receipt.get("moved", {}).get("tested_on")
    return int(told or before.version.number)
