"""The runs of one forecast: the newest, the one before, the next one, those that are too many."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from accounts.problems import Conflict
from datasets.models import Version
from forecasting import starting
from forecasting.models import AlertRule, PredictionTask

MovedBy = PredictionTask.MovedBy


def newest(task: PredictionTask) -> PredictionTask:
    """The newest run with an answer of the forecast that `task` is a run of; else its first."""
    found: PredictionTask
    found = PredictionTask.objects.runs_of(task).newest().with_jobs().get()
    return found


def before(task: PredictionTask) -> PredictionTask | None:
    """The newest earlier run that has an answer; None for the first, or when all are gone."""
    earlier = PredictionTask.objects.runs_of(task).filter(run__lt=task.run).with_answer()
    found: PredictionTask | None = earlier.with_jobs().first()
    return found


def after(task: PredictionTask) -> PredictionTask | None:
    """The next run that has an answer."""
    later = PredictionTask.objects.runs_of(task).filter(run__gt=task.run).with_answer()
    found: PredictionTask | None = later.with_jobs().order_by("run").first()
    return found


def underway(task: PredictionTask) -> PredictionTask | None:
    """The run of this forecast that waits or works now; None when all have ended."""
    found: PredictionTask | None = PredictionTask.objects.runs_of(task).live().first()
    return found


def last_failed(task: PredictionTask) -> PredictionTask | None:
    """The newest run of all, where it came to nothing."""
    found: PredictionTask | None = PredictionTask.objects.runs_of(task).first()
    if found is None or found.is_live or found.results.exists():
        return None
    return found if found.run > 1 else None


def begin(task: PredictionTask, version: Version, *, moved_by: str, refits: bool) -> PredictionTask:
    """Write the next run on `version`, without its job; call it in a transaction.

    Raises Conflict while another run of the forecast is being made.
    """
    first = PredictionTask.objects.select_for_update().get(pk=task.first_id)
    if (live := underway(first)) is not None:
        raise Conflict(
            gettext("Run %(run)s of this forecast is being made. Wait until it is done, or cancel.")
            % {"run": live.run},
            code="run_underway",
        )
    last = PredictionTask.objects.runs_of(first).first() or first
    made: PredictionTask = PredictionTask.objects.create(
        owner_id=first.owner_id,
        dataset_id=first.dataset_id,
        version=version,
        name=last.name,
        parameters=newest(first).parameters,
        origin=first,
        run=last.run + 1,
        moved_by=moved_by,
        refits=refits,
    )
    return made


def arrived(task: PredictionTask) -> None:
    """A run has its first answer: alert rules on the forecast now watch this run."""
    runs = PredictionTask.objects.runs_of(task).order_by().values("pk")
    rules = AlertRule.objects.filter(task__in=runs).exclude(task=task)
    rules.update(task=task)


def thin(task: PredictionTask) -> int:
    """Remove old runs: kept are the first, the newest ones, and the last of each recent day.

    `FORECAST_RUNS` and `FORECAST_RUN_DAYS` say how many. Answers how many went.
    """
    runs = list(PredictionTask.objects.runs_of(task).select_related("owner"))
    older = [one for one in runs[max(1, settings.FORECAST_RUNS) :] if one.run > 1]
    kept: set[object] = set()
    gone = 0
    for run in older:
        day = _day(run)
        if not run.is_live and (day in kept or _is_old(run)):
            with transaction.atomic():
                starting.delete_run(run)
            gone += 1
        kept.add(day)
    return gone


def _day(run: PredictionTask) -> object:
    return _local(run.created_at, run.owner.timezone).date()


def _local(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone or settings.TIME_ZONE))


def _is_old(run: PredictionTask) -> bool:
    days = timedelta(days=settings.FORECAST_RUN_DAYS)
    age: timedelta = timezone.now() - run.created_at
    return age > days
