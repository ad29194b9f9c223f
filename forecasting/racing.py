"""The race of a forecast: every model that has been judged is committed at once, the best leads."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from typing import Any, Final

from django.db import transaction

from forecasting import keeping, ranking, recipe
from forecasting.computing import workers_for
from forecasting.engine.backtest_result import BacktestResult
from forecasting.engine.errors import Cancelled as EngineCancelled
from forecasting.engine.race import (
    PRESETS,
    Event,
    Finished,
    LastFit,
    ModelFailed,
    ModelProgress,
    ModelSkipped,
    ModelStarted,
    ModelStopped,
    Scored,
    Started,
    race,
)
from forecasting.engine.race.leading import ENSEMBLE
from forecasting.engine.sentences import as_json
from forecasting.keeping import Answer
from forecasting.models import PredictionResult, PredictionTask
from forecasting.models.trained_model import YARDSTICK
from forecasting.portfolio import summary
from forecasting.recipe import Recipe
from forecasting.standing import CALIBRATE, FAILED, SKIPPED, STOPPED, Standing
from forecasting.wishes import Wishes
from jobs.progress import Progress

JOURNAL: Final = "race"
_CAME_TO_NOTHING: Final = {ModelSkipped: SKIPPED, ModelFailed: FAILED, ModelStopped: STOPPED}


def run(task: PredictionTask, job: Progress) -> None:
    """Race the models of a forecast, whose instant answer stands already.

    A killed worker's successor runs no finished model again. Raises EngineError where no model
    could run at all, jobs' Cancelled or Interrupted when the work should stop.
    """
    asked = recipe.of_task(task)
    listener = Listener(task, job, asked)
    try:
        with (
            workers_for(asked.panel, job),
            closing(_events(asked, job, Wishes(task))) as events,
        ):
            for event in events:
                listener.hear(event)
        summary.prepare(task)
    except EngineCancelled:
        job.raise_if_cancelled()
        raise


def _events(asked: Recipe, job: Progress, wishes: Wishes) -> Generator[Event, None, None]:
    yield from race(
        asked.panel,
        asked.horizon,
        preset=asked.preset,
        models=asked.entrants,
        budget=asked.budget(),
        journal=job.checkpoint_dir / JOURNAL,
        windows=asked.windows,
        levels=asked.levels,
        rules=asked.rules,
        should_stop=job.should_stop,
        should_finish=wishes.to_finish,
        should_skip=wishes.to_skip,
    )


class Listener:
    """Hears the race and keeps what it says: live state, models, milestones, the receipt."""

    def __init__(self, task: PredictionTask, job: Progress, asked: Recipe) -> None:
        self.task, self.job, self.asked = task, job, asked
        entrants = asked.entrants or PRESETS[asked.preset].entrants
        self.standing = Standing(asked.seconds, {one.name: one.kind for one in entrants})
        first = task.results.ranked().first()
        self.history: dict[str, Any] = first.visualization_data if first else {}
        self.yardstick: BacktestResult | None = None
        self.compute = 0.0

    def hear(self, event: Event) -> None:
        """One thing that happened. Raises what a report raises when the work should stop."""
        if isinstance(event, Started):
            self._plan(event)
        elif isinstance(event, ModelStarted):
            self._starts(event)
        elif isinstance(event, ModelProgress):
            self.standing.progress(event)
        elif isinstance(event, Scored):
            self._scored(event)
        elif isinstance(event, ModelSkipped | ModelFailed | ModelStopped):
            self._ended(event)
        elif isinstance(event, LastFit):
            self.standing.stage = CALIBRATE
        elif isinstance(event, Finished):
            self._finished(event)
        self._report()

    def _report(self) -> None:
        standing = self.standing
        self.job.report(standing.fraction, eta=standing.left, race=standing.as_detail())

    def _plan(self, event: Started) -> None:
        self.standing.plan(event)
        if PRESETS[self.asked.preset].blends:
            self.standing.expect(ENSEMBLE)
        self.standing.leader = _leader_name(self.task)
        if event.resumed:
            self.job.milestone(
                f"Goes on after {len(event.resumed)} models", code="goes_on", n=len(event.resumed)
            )
        else:
            self.job.milestone(f"{len(event.models)} models race", code="race", n=len(event.models))

    def _starts(self, event: ModelStarted) -> None:
        self.standing.starts(event.model)
        runner = self.standing.runner(event.model)
        if event.estimate is None or event.estimate >= 1:
            self.job.milestone(
                f"{event.model} starts", code="starts", model=runner.name, kind=runner.kind
            )

    def _ended(self, event: ModelSkipped | ModelFailed | ModelStopped) -> None:
        state = _CAME_TO_NOTHING[type(event)]
        self.standing.ends(event.model, state, event.reason)
        if state != SKIPPED:
            runner = self.standing.runner(event.model)
            self.job.milestone(
                f"{event.model}: {event.reason}",
                code=state,
                model=runner.name,
                kind=runner.kind,
                reason=as_json(event.reason),
            )

    def _scored(self, event: Scored) -> None:
        """Commit what was judged, unless it stands already."""
        row = event.row
        seconds = row.fit_seconds + row.predict_seconds
        self.standing.runner(row.model).resumed = event.resumed
        if event.result is not None and row.model == YARDSTICK:
            self.yardstick = event.result
        if not event.resumed:
            self.compute += seconds
        if not self._stands(event):
            self._commit(event)
        self.standing.scored(row.model, row.score, row.windows, seconds)

    def _stands(self, event: Scored) -> bool:
        """Did the instant answer, or an earlier attempt, commit this very model?

        The instant models have learned from all rows, which those of the race have not; they were
        tested on the same windows, unless every window gets a fit of its own.
        """
        found = self.task.results.filter(name=event.row.model).select_related("model").first()
        if found is None or found.model is None:
            return False
        if found.model.job_id == self.job.job_id:
            return True
        return self.asked.rules.refit == "never"

    def _commit(self, event: Scored) -> None:
        assert event.model is not None
        row = event.row
        answer = Answer(
            name=row.model,
            kind=row.kind,
            model=event.model,
            forecast=self.asked.whole(event.model.predict(levels=self.asked.levels)),
            tested=event.result,
            fit_seconds=row.fit_seconds,
            predict_seconds=row.predict_seconds,
            refitted=event.result is None,
            stood_in=self.asked.stood_in,
        )
        before = self.task.results.ranked().without_points().first()
        with transaction.atomic():
            self._hold()
            result = keeping.keep(
                self.task,
                answer,
                yardstick=self.yardstick,
                history=self.history,
                job=self.job.job,
            )
            leader = ranking.place_all(self.task)
            # Inside, so that model and state change together.
            said = _verdict(result, before, leader) | {"seconds": round(answer.seconds, 3)}
            self.job.milestone(f"{row.model} is done", **said)
        self.standing.leader = leader.name if leader else ""

    def _finished(self, event: Finished) -> None:
        """The winner has learned from all rows; the receipt says how it went."""
        with transaction.atomic():
            self._hold()
            if event.refitted:
                self._renew(event)
            for result in self.task.results.without_points():
                _complete(result, event)
            leader = ranking.place_all(self.task)
            self.standing.leader = leader.name if leader else ""
            self._write_receipt(event, leader)

    def _hold(self) -> None:
        """Nothing is written for a forecast that was cancelled, or deleted, meanwhile."""
        self.job.fence()
        self.job.raise_if_cancelled()

    def _renew(self, event: Finished) -> None:
        """Replace the answer that was given without a new fit."""
        found = self.task.results.select_related("model").filter(name=event.leader).first()
        if found is None or found.model is None or found.model.parameters.get("refitted"):
            return
        forecast = self.asked.whole(event.model.predict(levels=self.asked.levels))
        said = keeping.Said(event.model, forecast, self.asked.stood_in)
        keeping.renew(self.task, event.leader, said)

    def _write_receipt(self, event: Finished, leader: PredictionResult | None) -> None:
        self.task.refresh_from_db(fields=["receipt"])
        spent = float(self.task.receipt.get("compute_seconds", 0.0)) + self.compute
        refitted = bool(leader and leader.model and leader.model.parameters.get("refitted"))
        # Where the winner has not learned from all rows, the last note says so; the instant models
        # did that long ago.
        notes = event.notes[:-1] if refitted and not event.refitted else event.notes
        receipt = self.task.receipt | {
            "compute_seconds": round(spent, 3),
            "race_seconds": round(event.seconds, 3),
            "ended": event.ended,
            "refitted": refitted,
            "notes": [as_json(note) for note in notes],
            "significance": leader.metrics.get("significance") if leader else None,
            "race": self.standing.as_detail(whole=True),
        }
        PredictionTask.objects.filter(pk=self.task.pk).update(receipt=receipt)
        self.task.receipt = receipt


def _complete(result: PredictionResult, event: Finished) -> None:
    """Those that were judged before seasonal naive are compared with it now."""
    own, other = event.results.get(result.name), event.results.get(YARDSTICK)
    if result.metrics.get("significance") is None and own is not None:
        result.metrics["significance"] = keeping.significance(own, other)
        PredictionResult.objects.filter(pk=result.pk).update(metrics=result.metrics)


def _leader_name(task: PredictionTask) -> str:
    first = task.results.ranked().without_points().first()
    return first.name if first else ""


def _verdict(
    result: PredictionResult, before: PredictionResult | None, leader: PredictionResult | None
) -> dict[str, Any]:
    """How a model did against the leader it met."""
    leads = leader is not None and leader.name == result.name
    return {
        "code": "lead" if leads else "kept",
        "model": result.name,
        "kind": result.type,
        "rival": before.name if before else "",
        "rival_kind": before.type if before else "",
        "own": ranking.score(result.metrics),
        "other": ranking.score(before.metrics) if before else None,
    }
