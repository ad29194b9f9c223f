"""The job that asks the engine why: started when somebody first looks, kept with the result."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any, Final

import numpy as np
from celery import shared_task
from django.db import transaction
from django.db.models.signals import post_delete
from django.utils import translation
from django.utils.translation import gettext, pgettext_lazy

from forecasting import recipe, results, stood_in
from forecasting.engine import artifacts
from forecasting.engine.budget import TimeBudget
from forecasting.engine.errors import EngineError, gettext_noop
from forecasting.engine.explaining.choice import Choice
from forecasting.engine.explaining.importance_settings import ImportanceSettings
from forecasting.engine.explaining.why import ExplainSettings, explain
from forecasting.engine.panel import Panel
from forecasting.explaining import days, holidays, shifts
from forecasting.explaining.telling import told
from forecasting.models import Explanation, PredictionResult
from forecasting.models.explanation import EDITION
from forecasting.models.trained_model import YARDSTICK
from forecasting.portfolio import levels
from forecasting.refusals import ForecastProblem, speaking
from forecasting.serving.answering import fetched
from forecasting.serving.places import answers_here
from jobs import moves
from jobs.models import Job
from jobs.progress import Progress
from jobs.registry import name_kind
from jobs.running import enqueue, running

KIND: Final = "explanation"
SECONDS: Final = 40.0
# Importance looks at every series that it is given; a few stand for many.
MOST_SERIES: Final = 8
NOT_LEARNED: Final = gettext_noop(
    "The model knows nothing of %(series)s. Choose another series, or forecast again."
)
IMPORTANCE: Final = ImportanceSettings(windows=6, repeats=3)


def connect() -> None:
    """Say what people call the job, and let none outlive what it explains."""
    name_kind(KIND, pgettext_lazy("kind of job", "explanation"))
    post_delete.connect(_stop, sender=Explanation, dispatch_uid="forecasting.explanation_deleted")


def start(result: PredictionResult, series: str) -> Explanation:
    """Explain soon, once; what is kept or under way already is answered.

    `result` is loaded with its task and model. Raises Problem where there is nothing to explain.
    """
    if result.model is None or not result.model.is_ready:
        raise ForecastProblem(
            gettext("This model was removed. Choose another one of the leaderboard."),
            code="no_model",
        )
    if reason := stood_in.reason_for(result, series):
        raise ForecastProblem(
            gettext("%(reason)s Choose another series to see why its forecast is what it is.")
            % {"reason": reason},
            code="stood_in",
        )
    with transaction.atomic():
        Explanation.objects.get_or_create(result=result, series=series)
        row: Explanation = Explanation.objects.select_for_update(of=("self",)).get(
            result=result, series=series
        )
        if not row.is_ready and not (row.job is not None and row.job.is_live):
            row.job = _enqueue(row, result)
            row.save(update_fields=["job", "updated_at"])
    return row


def _enqueue(row: Explanation, result: PredictionResult) -> Job:
    task = result.task
    return enqueue(
        explain_result,
        owner=task.owner,
        kind=KIND,
        title=gettext("Why: %(forecast)s") % {"forecast": task.name},
        link=task.get_absolute_url(),
        arguments={"explanation": str(row.pk), "task": str(task.pk)},
        # Networks need torch, which only training workers may load.
        pool=Job.Pool.FAST if answers_here(result.type) else Job.Pool.TRAINING,
    )


@shared_task(name="forecasting.explain_result")
def explain_result(job_id: str) -> None:
    """Ask the engine, and keep what it says."""
    with running(job_id) as run:
        if run is None:
            return
        row = Explanation.objects.for_job().filter(pk=run.arguments["explanation"]).first()
        if row is None:
            return
        owner = row.result.task.owner
        with translation.override(owner.language or None), speaking():
            found = find(row.result, row.series, run)
        with transaction.atomic():
            run.fence()
            Explanation.objects.filter(pk=row.pk).update(found=found)


def find(result: PredictionResult, series: str, run: Progress | None = None) -> dict[str, Any]:
    """What `telling.told` makes of the engine's answer; as a notebook would ask it.

    Raises EngineError where the data do not fit the model any more.
    """
    assert result.model is not None
    panel = recipe.of_task(result.task).panel
    identity, channel = _place_of(panel, series)
    folder, _size = fetched(result.model.model_path)
    model = artifacts.load(folder)
    # Totals add up only with all of their series.
    near = panel if result.type == levels.KIND else _near(panel, identity)
    found = explain(
        model,
        near,
        comparison=choice_of(result),
        settings=ExplainSettings(ids=(identity,), importance=IMPORTANCE),
        progress=partial(_report, run) if run else None,
        should_stop=run.should_stop if run else None,
        budget=TimeBudget(SECONDS),
    )
    if near is not panel:
        found = replace(found, notes=())
    zone = str(result.task.version.profile.get("zone") or "")
    local = days.local_times(found.components, channel, zone)
    named = holidays.told(found.components, channel, result.task, local)
    shift = shifts.told(found.components, channel)
    parts = told(found, channel, local)
    return {"edition": EDITION, **parts, "holidays": named, "shift": shift}


def choice_of(result: PredictionResult) -> Choice | None:
    """The leaderboard's numbers of this model; None where nothing was tested."""
    ranked = list(result.task.results.ranked().without_points())
    yardstick = next((one for one in ranked if one.name == YARDSTICK), None)
    error = result.metric("mase")
    other = yardstick.metric("mase") if yardstick else None
    if error is None or other is None:
        return None
    tested = result.metrics.get("significance") or {}
    covered = result.metrics.get("coverage") or {}
    return Choice(
        model=result.name,
        yardstick=YARDSTICK,
        metric="mase",
        error=error,
        yardstick_error=other,
        windows=len(result.metrics.get("windows") or []),
        rank=result.rank or 1,
        models=len(ranked),
        coverage={float(name): value for name, value in covered.items() if value is not None},
        p_better=None if result.name == YARDSTICK else tested.get("p_better"),
    )


def _place_of(panel: Panel, series: str) -> tuple[str, int]:
    """The id of a named series and its channel.

    Raises EngineError where none of this name is there.
    """
    if series not in panel.labels:
        raise EngineError(NOT_LEARNED, series=series)
    place = panel.labels.index(series)
    return panel.ids[place // len(panel.channels)], place % len(panel.channels)


def _near(panel: Panel, identity: str) -> Panel:
    """The series itself and some others, spread over all."""
    if len(panel) <= MOST_SERIES:
        return panel
    spread = np.linspace(0, len(panel) - 1, MOST_SERIES).round().astype(int)
    names = [panel.ids[place] for place in spread if panel.ids[place] != identity]
    return panel.select([identity, *names[: MOST_SERIES - 1]])


def _report(run: Progress, fraction: float, message: str) -> None:
    run.report(min(fraction, 0.99), gettext(message) if message else "")


def _stop(sender: Any, instance: Explanation, **_signal: Any) -> None:
    if instance.job is not None and instance.job.is_live:
        moves.cancel(instance.job)


def series_of(result: PredictionResult, asked: str) -> str:
    """The series somebody asked for, if the answer has it, else its first one."""
    labels = results.labels_of(result)
    if asked in labels or not labels or results.line_of(result, asked) is not None:
        return asked
    return labels[0]
