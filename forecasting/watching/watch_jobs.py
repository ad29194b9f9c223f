"""The job of a look, and what makes lines be looked at: rows that came, aliases that moved."""

from __future__ import annotations

from functools import partial
from typing import Any, Final
from uuid import UUID

from celery import shared_task
from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext, pgettext_lazy

from datasets.models import Dataset
from forecasting import transitions
from forecasting.models import Alias, ModelLine, ModelPromotion, ModelWatch
from forecasting.refusals import speaking
from forecasting.serving import places
from forecasting.watching import challenging, looking, succeeding, tasks
from jobs.models import Job
from jobs.registry import name_kind, on_transition
from jobs.running import enqueue, running

KIND: Final = "model_watch"


def connect() -> None:
    """Say what people call the jobs; a challenger is ready when its files are."""
    on_transition(challenging.KIND, transitions.follow)
    name_kind(KIND, pgettext_lazy("kind of job", "model watched"))
    name_kind(tasks.KIND, pgettext_lazy("kind of job", "forecast compared"))
    name_kind(challenging.KIND, pgettext_lazy("kind of job", "challenger trained"))


@shared_task(name="forecasting.watch_model")
def watch_model(job_id: str) -> None:
    """Look at one line."""
    with running(job_id) as run:
        if run is None:
            return
        watch = ModelWatch.objects.for_judging().filter(pk=run.arguments["watch"]).first()
        if watch is None:
            return
        with translation.override(watch.line.owner.language or None), speaking():
            looking.look(watch, run)


def watch_of(line: ModelLine) -> ModelWatch:
    """The watch of a line, made with the usual settings when there is none."""
    watch: ModelWatch
    watch, _ = ModelWatch.objects.get_or_create(line=line)
    return watch


def start_look(watch: ModelWatch) -> Job | None:
    """Look soon; a look that waits already is enough. None where there is no champion."""
    with transaction.atomic():
        held = ModelWatch.objects.select_for_update(of=("self",)).for_judging().get(pk=watch.pk)
        champion = held.line.champion
        if champion is None or not champion.model.is_ready:
            return None
        if held.look_job is not None and held.look_job.state == Job.State.QUEUED:
            return held.look_job
        rivals = [one for one in (champion, held.line.challenger) if one is not None]
        here = all(places.answers_here(one.model.type) for one in rivals)
        job = enqueue(
            watch_model,
            owner=held.line.owner,
            kind=KIND,
            title=gettext("Watch on %(line)s") % {"line": held.line.name},
            link=champion.get_absolute_url(),
            arguments={"watch": str(watch.pk)},
            pool=Job.Pool.FAST if here else Job.Pool.TRAINING,
        )
        ModelWatch.objects.filter(pk=watch.pk).update(look_job=job)
    watch.look_job = job
    return job


def look_at_all(dataset: Dataset) -> None:
    """Rows have come to a dataset: look at every line of it that is watched."""
    lines: QuerySet[ModelLine] = ModelLine.objects.filter(dataset=dataset, champion__isnull=False)
    for line in lines:
        watch = watch_of(line)
        if watch.is_on:
            start_look(watch)


def note_move(sender: type[ModelPromotion], instance: ModelPromotion, **signal: Any) -> None:
    """An alias moved: what was seen is of another model now."""
    if not signal.get("created"):
        return
    transaction.on_commit(partial(look_again, instance.line_id))
    if instance.alias == Alias.CHAMPION:
        transaction.on_commit(partial(_let_it_answer, instance.line_id))


def _let_it_answer(line_id: UUID) -> None:
    line = ModelLine.objects.with_aliases().filter(pk=line_id).first()
    if line is not None:
        succeeding.move_forecasts(line)


def look_again(line_id: UUID) -> None:
    """Look at a line that was looked at before."""
    watch = ModelWatch.objects.filter(line_id=line_id, is_on=True).exclude(state="waiting").first()
    if watch is not None:
        start_look(watch)
