"""The answer within a second: the naive family and the ridge, fitted, tested and committed."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
from django.db import transaction
from django.utils import timezone

from forecasting import keeping, ranking, recipe, results
from forecasting.engine import artifacts
from forecasting.engine.backtest_result import BacktestResult
from forecasting.engine.errors import Cancelled as EngineCancelled
from forecasting.engine.errors import EngineError
from forecasting.engine.future.wrapping import over_horizon
from forecasting.engine.panel import Panel
from forecasting.engine.race import Entrant, Rules
from forecasting.engine.race.course import Course
from forecasting.engine.race.trial import try_out
from forecasting.engine.registry import create
from forecasting.engine.sentences import as_json
from forecasting.engine.watch import Watch
from forecasting.keeping import Answer
from forecasting.models import PredictionResult, PredictionTask
from forecasting.models.trained_model import YARDSTICK
from forecasting.portfolio import levels, summary
from forecasting.recipe import Recipe
from jobs.progress import Progress

MODELS: Final = ("linear", "seasonal_naive", "naive")
# Of much data these answer before the others are ready.
FIRST: Final = 2
MANY_VALUES: Final = 500_000
# Of the work on one model, what the fit on all rows is; its test fits once more.
FIT_SHARE: Final = 0.45
READ_AT: Final = 0.1
MODELS_AT: Final = 0.9


@dataclass
class Answers:
    """What the instant models came to, how many of them are kept, why others came to nothing."""

    asked: Recipe
    found: list[Answer] = field(default_factory=list)
    reasons: dict[str, EngineError] = field(default_factory=dict)
    kept: int = 0

    def add(self, one: Answer) -> None:
        """One of them, with what stands in for series that no model could learn."""
        whole = self.asked.whole(one.forecast)
        self.found.append(replace(one, forecast=whole, stood_in=self.asked.stood_in))

    @property
    def yardstick(self) -> BacktestResult | None:
        """The windows of seasonal naive, which all are compared with."""
        return next((one.tested for one in self.found if one.name == YARDSTICK), None)


def answer(task: PredictionTask, run: Progress) -> None:
    """Fit and test the instant models and commit their results at once.

    Raises EngineError where the data allow no forecast.
    """
    asked = recipe.of_task(task)
    if asked.summing is not None:
        levels.write(task, asked.summing.hierarchy)
    run.report(READ_AT)
    course, answers = asked.course(), Answers(asked)
    pace = Pace(run, course)
    for place, entrant in enumerate(entrants_of(asked)):
        try:
            answers.add(quick(entrant, course, asked.rules, pace.watch(place, entrant)))
        except EngineCancelled:
            run.raise_if_cancelled()
            raise
        except EngineError as reason:
            answers.reasons[entrant.name] = reason
        if place + 1 == FIRST and course.panel.values.size > MANY_VALUES and answers.found:
            _commit(task, run, course, answers)
    if not answers.found:
        raise next(iter(answers.reasons.values()))
    _commit(task, run, course, answers)
    summary.prepare(task)


class Pace:
    """How far the models are, told to the job; a wish to stop is heard between two steps of one.

    Of many series the detail says which model is on how many of them, and the job what is left.
    """

    def __init__(self, run: Progress, course: Course) -> None:
        self._run, self._began = run, time.monotonic()
        self._series = len(course.panel.labels)
        self._is_long = course.panel.values.size > MANY_VALUES

    def watch(self, place: int, entrant: Entrant) -> Watch:
        """The watch of the model at this place."""
        whole = Watch(partial(self._tell, entrant.kind), self._run.should_stop)
        return whole.part(place / len(MODELS), (place + 1) / len(MODELS))

    def _tell(self, kind: str, done: float, _message: str) -> None:
        at = READ_AT + (MODELS_AT - READ_AT) * done
        if not self._is_long:
            self._run.report(at)
            return
        took = time.monotonic() - self._began
        left = took * (1 - done) / done if done else None
        told = {"model": kind, "series": self._series, "done": round(done, 3)}
        self._run.report(at, eta=left, instant=told)


def entrants_of(asked: Recipe) -> list[Entrant]:
    """The instant models, with the settings that somebody chose for them."""
    kinds = (*MODELS, levels.KIND)
    chosen = {one.name: one for one in asked.entrants or () if one.kind in kinds}
    return [chosen.get(name) or asked.adding_up(Entrant(name, name)) for name in MODELS]


def quick(entrant: Entrant, course: Course, rules: Rules, watch: Watch | None = None) -> Answer:
    """Fit on all rows and forecast; a fresh copy is tested on the past windows."""
    watch = watch or Watch()
    fitting = watch.part(0.0, FIT_SHARE)
    given = dict(entrant.settings)
    model = rules.applied(create(entrant.kind, **given), given)
    ready = over_horizon(model, course.panel, course.horizon)
    ready.limits = model.limits
    began = time.perf_counter()
    fitted = ready.fresh().fit(
        course.panel,
        horizon=course.horizon,
        progress=fitting.report,
        should_stop=fitting.should_stop,
    )
    forecast = fitted.predict(levels=course.levels)
    seconds = time.perf_counter() - began
    trial = try_out(ready, course, watch.part(FIT_SHARE, 1.0)) if course.windows else None
    return Answer(
        name=entrant.name,
        kind=entrant.kind,
        model=fitted,
        forecast=forecast,
        tested=trial.result if trial else None,
        fit_seconds=seconds,
        predict_seconds=trial.predict_seconds if trial else 0.0,
        refitted=True,
    )


def rehearse() -> None:
    """Run the instant models on a small made-up series: what is imported late is imported now."""
    hours = np.arange(400)
    panel = Panel.from_arrays(np.sin(hours * np.pi / 12) + hours % 7, frequency="h")
    course = Course.plan(panel, 24, (80, 95))
    with TemporaryDirectory() as folder:
        for name in MODELS:
            found = quick(Entrant(name, name), course, Rules())
            found.metrics(found.tested)
            results.as_json(found.forecast)
            artifacts.save(found.model, Path(folder) / name)


def receipt_of(course: Course) -> dict[str, Any]:
    """What the answer used."""
    return facts_of(course.panel) | {
        "windows": course.windows,
        "tested_series": len(course.tested.labels) if course.windows else 0,
    }


def facts_of(panel: Panel) -> dict[str, Any]:
    """How much an answer read, and the newest time in it."""
    beside = [kind for kind in (panel.known, panel.past) if kind is not None]
    return {
        "rows": int(panel.lengths.max()),
        "series": len(panel.labels),
        "values": int(panel.values.size),
        "missing": int(np.isnan(panel.values).sum()),
        "covariates": [name for kind in beside for name in kind.names],
        "last": results.iso(_last_times(panel))[0],
    }


def _commit(task: PredictionTask, run: Progress, course: Course, answers: Answers) -> None:
    history = results.history_of(course.panel, course.horizon)
    is_first = not answers.kept
    with transaction.atomic():
        run.fence()
        for one in answers.found[answers.kept :]:
            keeping.keep(task, one, yardstick=answers.yardstick, history=history, job=run.job)
        answers.kept = len(answers.found)
        receipt = receipt_of(course) | {
            "series": answers.asked.series,
            "instant_seconds": since_asked(task) if is_first else task.receipt["instant_seconds"],
            "compute_seconds": round(sum(one.seconds for one in answers.found), 3),
            "left_out": {name: as_json(why) for name, why in answers.reasons.items()},
        }
        PredictionTask.objects.filter(pk=task.pk).update(
            receipt=receipt, result_path=results.folder_of(task)
        )
        task.receipt = receipt
        leader = ranking.place_all(task)
    if is_first:
        _tell(run, receipt, leader)


def _tell(run: Progress, receipt: dict[str, Any], leader: PredictionResult | None) -> None:
    run.milestone(
        f"Read {receipt['rows']:,} rows",
        code="read",
        rows=receipt["rows"],
        missing=receipt["missing"],
    )
    run.milestone(
        "Instant answer ready",
        code="instant",
        seconds=receipt["instant_seconds"],
        leader=leader.type if leader else "",
    )


def since_asked(task: PredictionTask) -> float:
    """Seconds from the press until now."""
    return round((timezone.now() - task.created_at).total_seconds(), 3)


def _last_times(panel: Panel) -> np.ndarray:
    ends = panel.frequency.at(panel.starts, panel.lengths - 1)
    return np.asarray(ends.max(keepdims=True))
