"""The job that runs a recipe, asked for by a person or by new data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from celery import shared_task
from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models.user import User
from accounts.problems import Conflict
from datasets.models import Dataset, Version
from datasets.quality.reports import check_again
from datasets.receiving.quota import require_room
from datasets.repairs.applying import apply_recipe, keep_for_new_data, repair_new_data, repeatable
from datasets.repairs.recipe import read_recipe
from datasets.repairs.registry import STEPS
from datasets.signals import version_ready
from jobs.models import Job
from jobs.registry import name_kind, say_progress
from jobs.running import enqueue, running

REPAIR, CHECK = "repair", "quality"
_NEW_DATA = frozenset({Version.Origin.UPLOAD, Version.Origin.APPEND})


def connect() -> None:
    """Say what people call these jobs, and let new data start one."""
    name_kind(REPAIR, _("repair"))
    name_kind(CHECK, _("quality report"))
    say_progress(REPAIR, _saying)
    version_ready.connect(_on_new_data, dispatch_uid="datasets.repair_new_data")


def _saying(job: Job) -> str:
    step = STEPS.get(job.detail.get("step", ""))
    return str(step.label) if step else ""


@shared_task(name="datasets.repair")
def repair(job_id: str) -> None:
    """Make the next version by a recipe."""
    with running(job_id) as run:
        version = _version(run.arguments["version"]) if run else None
        if run is None or version is None:
            return
        if run.arguments.get("new_data"):
            repair_new_data(version, run)
            return
        apply_recipe(
            version,
            run.arguments["recipe"],
            made_by=run.job.owner,
            run=run,
            note=run.arguments.get("note", ""),
        )


@shared_task(name="datasets.check_quality")
def check_quality(job_id: str) -> None:
    """Make the report of a version that has none."""
    with running(job_id) as run:
        version = _version(run.arguments["version"]) if run else None
        if run is not None and version is not None:
            check_again(version, run.report)


def _version(pk: str) -> Version | None:
    found = Version.objects.select_related("dataset__owner", "made_by")
    return found.prefetch_related("columns").filter(pk=pk).first()


def start_repair(
    version: Version,
    person: User,
    recipe: Sequence[dict[str, Any]],
    *,
    note: str = "",
    new_data_too: bool | None = None,
) -> Job:
    """Start to make the next version. `new_data_too` keeps the recipe for data that come later.

    Raises DatasetProblem for a recipe that cannot be read, Conflict when `version` is not the
    newest, TooLarge over the quota.
    """
    steps = read_recipe(list(recipe))
    dataset: Dataset = version.dataset
    current = dataset.current_version
    if current is not None and current.pk != version.pk:
        raise Conflict(
            gettext("Version %(number)s was made meanwhile. Look at it, then do this again on top.")
            % {"number": current.number},
            code="version_moved",
        )
    with transaction.atomic():
        if new_data_too is not None:
            keep_for_new_data(dataset, steps if new_data_too else [])
        return _enqueue(version, person, {"recipe": steps, "note": note[:500]})


def start_check(version: Version, person: User) -> Job:
    """Start to make the report of a large version that has none."""
    return enqueue(
        check_quality,
        owner=person,
        kind=CHECK,
        title=version.dataset.name,
        link=f"{version.dataset.get_absolute_url()}quality/",
        arguments={"dataset": str(version.dataset_id), "version": str(version.pk)},
    )


def _enqueue(version: Version, person: User, arguments: dict[str, Any]) -> Job:
    dataset = version.dataset
    require_room(dataset.owner, version.file_size)
    job = enqueue(
        repair,
        owner=person,
        kind=REPAIR,
        title=dataset.name,
        link=f"{dataset.get_absolute_url()}quality/",
        arguments={"dataset": str(dataset.pk), "version": str(version.pk), **arguments},
    )
    audit.record(person, "dataset.repaired", dataset, version=version.number + 1)
    return job


def _on_new_data(version: Version, **_more: Any) -> None:
    """Rows that came from outside go through the recipe of their dataset."""
    dataset = version.dataset
    if version.origin in _NEW_DATA and repeatable(dataset.recipe):
        with transaction.atomic():
            _enqueue(version, version.made_by or dataset.owner, {"new_data": True})
