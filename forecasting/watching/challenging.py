"""A challenger: the champion's own recipe, learned anew with the newest rows.

1. A fresh copy learns all rows but the newest ones, on which both are then tested: rows that came
   after the champion was trained, and that the copy has not learned, so neither knows them.
2. Another fresh copy learns all rows; that one becomes the challenger.
3. Where the rule of the watch allows it, it is promoted at once.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from celery import shared_task
from django.db import transaction
from django.db.models import TextChoices
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models.user import User
from accounts.problems import Conflict
from datasets.models import Version
from forecasting import keeping, recipe, results
from forecasting.engine.backtest_result import BacktestResult, collect
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.panel import Panel
from forecasting.engine.registry import create
from forecasting.models import (
    Alias,
    ModelPromotion,
    ModelVersion,
    ModelWatch,
    TrainedModel,
)
from forecasting.models.trained_model import YARDSTICK, name_label
from forecasting.refusals import ForecastProblem, speaking
from forecasting.registry import promoting
from forecasting.registry.enrolling import enrol_model
from forecasting.serving import places
from forecasting.watching import duels, records, ruling
from jobs.models import Job
from jobs.progress import Progress
from jobs.running import enqueue, running

KIND: Final = "challenger"
# Of the rows that came, what both are tested on.
TESTED_SHARE: Final = 0.5
MOST_WINDOWS: Final = 40
Reason = ModelPromotion.Reason


class Why(TextChoices):
    """What a challenger was trained for."""

    HAND = "hand", _("by hand")
    DRIFT = "drift", _("on drift")
    SCHEDULE = "schedule", _("by schedule")


@dataclass(frozen=True, eq=False)
class Trained:
    """The challenger, its test, and the champion's on the same windows; None without a test."""

    model: Forecaster
    tested: BacktestResult | None
    duel: dict[str, Any]
    rival: list[dict[str, Any]]
    seconds: float
    predict_seconds: float = 0.0
    skill: float | None = None


def start(watch: ModelWatch, *, why: str, actor: User | None = None) -> Job:
    """Train a challenger soon; the job that does already is answered.

    Raises Conflict while there is no champion to learn from, or nothing newer to learn.
    """
    champion = watch.line.champion
    if champion is None or not champion.model.is_ready:
        raise Conflict(
            gettext("%(line)s has no champion. Promote a version.") % {"line": watch.line.name}
        )
    _require_newer(watch, champion)
    with transaction.atomic():
        held = ModelWatch.objects.select_for_update(of=("self",)).for_judging().get(pk=watch.pk)
        if held.challenger_job is not None and held.challenger_job.is_live:
            return held.challenger_job
        here = places.answers_here(champion.model.type)
        job = enqueue(
            train_challenger,
            owner=actor or watch.line.owner,
            kind=KIND,
            title=gettext("Challenger for %(line)s") % {"line": watch.line.name},
            link=champion.get_absolute_url(),
            arguments={
                "watch": str(watch.pk),
                "why": str(why),
                "actor": str(actor.pk) if actor else "",
            },
            pool=Job.Pool.FAST if here else Job.Pool.TRAINING,
        )
        ModelWatch.objects.filter(pk=watch.pk).update(challenger_job=job)
    watch.challenger_job = job
    return job


@shared_task(name="forecasting.train_challenger")
def train_challenger(job_id: str) -> None:
    """Train the challenger of a line."""
    with running(job_id) as run:
        if run is None:
            return
        rows = ModelWatch.objects.for_judging()
        watch = rows.filter(pk=run.arguments["watch"]).first()
        if watch is None:
            return
        with translation.override(watch.line.owner.language or None), speaking():
            train(watch, run)
            ruling.by_rule(ModelWatch.objects.for_judging().get(pk=watch.pk))


def train(watch: ModelWatch, run: Progress) -> ModelVersion:
    """Train, test, and make it the challenger. Raises EngineError where the data do not allow it.

    Raises Conflict when the champion or the data are gone.
    """
    champion, data = watch.line.champion, watch.line.dataset.current_version
    if champion is None or data is None:
        raise Conflict(
            gettext("%(line)s has no champion. Promote a version.") % {"line": watch.line.name}
        )
    known = records.as_trained(champion)
    panel = recipe.panel_of(data, champion.recipe, known.horizon_)
    new = records.rows_after(panel, records.learned_until(champion, known))
    run.report(0.05)
    found = _trained(known, panel, new, champion, run)
    return _keep(watch, champion, data, found, run)


def tested_rows(new: int, steps: int) -> int:
    """How many of the new rows are left out of the first training: whole horizons, 40 at most."""
    if new <= steps:
        return 0
    return steps * min(MOST_WINDOWS, max(1, int(TESTED_SHARE * new) // steps))


def _trained(
    known: Forecaster, panel: Panel, new: int, champion: ModelVersion, run: Progress
) -> Trained:
    steps, levels = known.horizon_, _levels(champion)
    rows = tested_rows(new, steps)
    own: BacktestResult | None = None
    duel: dict[str, Any] = {}
    rival: list[dict[str, Any]] = []
    predict_seconds, skill = 0.0, None
    if rows:
        ends = list(range(rows, 0, -steps))
        copy = _fit(known, panel.drop_last(rows), run, 0.05, 0.4, "test")
        began = time.perf_counter()
        own = _tested(copy, panel, ends, levels)
        predict_seconds = time.perf_counter() - began
        other = _tested(known, panel, ends, levels)
        duel = duels.on_windows(own, other) | {"champion": str(champion.pk)}
        rival = results.metrics_of(other, 0.0, [])["windows"]
        naive = create(YARDSTICK).fit(panel.drop_last(rows), horizon=steps)
        skill = own.skill(_tested(naive, panel, ends, levels), own.metric)
    run.report(0.5)
    began = time.perf_counter()
    model = _fit(known, panel, run, 0.5, 0.95, "all")
    seconds = time.perf_counter() - began
    return Trained(model, own, duel, rival, seconds, predict_seconds, skill)


def _fit(
    known: Forecaster, panel: Panel, run: Progress, low: float, high: float, name: str
) -> Forecaster:
    """A fresh copy that learned `panel`; a killed attempt goes on from its own checkpoint."""
    folder: Path = run.checkpoint_dir / name
    folder.mkdir(parents=True, exist_ok=True)
    return known.fresh().fit(
        panel,
        horizon=known.horizon_,
        progress=lambda done, _message: run.report(low + (high - low) * done),
        should_stop=run.should_stop,
        checkpoint=folder,
    )


def _tested(
    model: Forecaster, panel: Panel, ends: list[int], levels: list[float]
) -> BacktestResult:
    newest = ends[-1]
    answers = model.predict_at(panel.drop_last(newest), [end - newest for end in ends], levels)
    return collect(panel, list(answers), ends)


def _keep(
    watch: ModelWatch, champion: ModelVersion, data: Version, found: Trained, run: Progress
) -> ModelVersion:
    """The model as a row with its files, its number, its place as challenger."""
    said = run.arguments
    line = watch.line
    label = name_label(champion.model.type, champion.model.type)
    words = {"model": label, "line": line.name}
    levels = _levels(champion)
    with transaction.atomic():
        run.fence()
        run.raise_if_cancelled()
        row: TrainedModel = TrainedModel.objects.create(
            owner=line.owner,
            name=(gettext("%(model)s for %(line)s, challenger") % words)[:250],
            type=champion.model.type,
            dataset=line.dataset,
            version=data,
            job=run.job,
        )
        forecast = found.model.predict(levels=levels)
        keeping.store(row, keeping.Learned(found.model, forecast), f"models/{row.pk}")
        row.metrics = results.metrics_of(found.tested, found.seconds, list(forecast.notes)) | {
            "fit_seconds": round(found.seconds, 4),
            "predict_seconds": round(found.predict_seconds, 4),
            "duel": found.duel,
            # The champion on the same windows, for whoever compares the two.
            "beside": {"model": str(champion.model_id), "windows": found.rival},
            "trained": said["why"],
            "learned_until": _last(found.model),
        }
        row.accuracy = found.skill
        row.save(update_fields=["metrics", "accuracy", "updated_at"])
        version = enrol_model(row, line, champion.recipe)
        # Inside, so that model and state change together.
        run.milestone(f"v{version.number} is trained", code="challenger", n=version.number)
        row.refresh_from_db(fields=["status"])
        promoting.promote(
            version,
            alias=Alias.CHALLENGER,
            actor=User.objects.filter(pk=said["actor"]).first() if said["actor"] else None,
            reason=Reason.HAND if said["why"] == Why.HAND else Reason.RULE,
            evidence={"why": said["why"]},
        )
        ModelWatch.objects.filter(pk=watch.pk).update(
            duel=found.duel | {"challenger": str(version.pk)} if found.duel else {}
        )
    return version


def _require_newer(watch: ModelWatch, champion: ModelVersion) -> None:
    data = watch.line.dataset.current_version
    if data is None or data.pk == champion.model.version_id:
        raise ForecastProblem(
            gettext(
                "Nothing has changed since v%(number)s was trained: a challenger would learn the "
                "same rows. Add rows first."
            )
            % {"number": champion.number},
            code="nothing_newer",
        )


def _last(model: Forecaster) -> str:
    context = model.context_
    ends = context.frequency.at(context.starts, context.lengths - 1)
    return records.iso([ends.max()])[0]


def _levels(champion: ModelVersion) -> list[float]:
    return [float(level) for level in champion.recipe.get("levels") or recipe.LEVELS]
