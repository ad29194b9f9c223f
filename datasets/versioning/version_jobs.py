"""The jobs that make the next version of a dataset: edited cells, new rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models.user import User
from datasets import storage
from datasets.cells import editing, saving_edits
from datasets.models import Dataset, Version
from datasets.receiving.quota import require_room
from datasets.versioning import appending, column_changes
from datasets.versioning.appending import Arrived
from datasets.versioning.column_changes import ColumnChange
from jobs.models import Job
from jobs.registry import name_kind
from jobs.running import enqueue, running

EDIT, APPEND, COLUMNS = "edit", "append", "columns"
# Ended jobs looked at for files that they left waiting.
_UNANSWERED, _SWEPT = 20, 1000


def connect() -> None:
    """Say what people call these jobs."""
    name_kind(EDIT, _("edited cells"))
    name_kind(APPEND, _("new rows"))
    name_kind(COLUMNS, _("changed columns"))


@shared_task(name="datasets.save_edits")
def save_edits(job_id: str) -> None:
    """Make a version of a draft."""
    with running(job_id) as run:
        if run is not None:
            saving_edits.save_draft(run)


@shared_task(name="datasets.append_rows")
def append_rows(job_id: str) -> None:
    """Add the rows of a file to a dataset."""
    with running(job_id) as run:
        if run is not None:
            appending.append(run)


@shared_task(name="datasets.rewrite_columns")
def rewrite_columns(job_id: str) -> None:
    """Put the rows into the order of another time or series."""
    with running(job_id) as run:
        if run is None:
            return
        said = run.arguments
        version = Version.objects.filter(pk=said["version"]).first()
        if version is not None and run.job.owner is not None:
            changes = [ColumnChange(**change) for change in said["changes"]]
            column_changes.rewrite(version, changes, run.job.owner, note=said["note"], run=run)


def start_rewriting(
    version: Version, person: User, changes: Sequence[ColumnChange], note: str
) -> Job:
    """Start to make the version that has another time or series. Raises TooLarge over the quota."""
    with transaction.atomic():
        require_room(version.dataset.owner, version.file_size)
        job = enqueue(
            rewrite_columns,
            owner=person,
            kind=COLUMNS,
            title=version.dataset.name,
            link=f"{version.dataset.get_absolute_url()}columns/",
            arguments={
                "dataset": str(version.dataset_id),
                "version": str(version.pk),
                "changes": [asdict(change) for change in changes],
                "note": note,
            },
        )
        audit.record(person, "dataset.roles", version.dataset, version=version.number + 1)
    return job


def start_saving(dataset: Dataset, person: User) -> Job:
    """Start to make a version of this person's draft.

    Raises Conflict without edits or when another version came first, TooLarge over the quota.
    """
    with transaction.atomic():
        draft = editing.claim(dataset, person)
        require_room(dataset.owner, draft.version.file_size)
        draft.job = enqueue(
            save_edits,
            owner=person,
            kind=EDIT,
            title=dataset.name,
            link=f"{dataset.get_absolute_url()}rows/",
            arguments={"draft": str(draft.pk), "dataset": str(dataset.pk)},
        )
        draft.save(update_fields=["job", "updated_at"])
        audit.record(person, "dataset.edited", dataset, cells=len(draft.edits))
    return draft.job


def start_appending(dataset: Dataset, person: User, arrived: Arrived, same: str) -> Job:
    """Start to add the rows of a file that has arrived; `same` says what becomes of repeated times.

    Raises TooLarge over the quota; then the file does not stay.
    """
    version = dataset.current_version
    with storage.undone_on_failure(lambda: appending.give_up(arrived)), transaction.atomic():
        require_room(dataset.owner, arrived.size + (version.file_size if version else 0))
        job = enqueue(
            append_rows,
            owner=person,
            kind=APPEND,
            title=dataset.name,
            arguments={"dataset": str(dataset.pk), "same": same, **arrived.to_dict()},
        )
        job.link = f"{dataset.get_absolute_url()}append/{job.pk}/"
        job.save(update_fields=["link"])
        audit.record(person, "dataset.append", dataset, file=arrived.name, same=same)
    _forget_unanswered(dataset, arrived)
    return job


def _forget_unanswered(dataset: Dataset, arrived: Arrived) -> None:
    """Files whose question nobody answered go when other rows come."""
    ended = Job.objects.ended().about_dataset(dataset.pk, APPEND)
    for job in ended.newest_first()[:_UNANSWERED]:
        if job.arguments["file"] != arrived.key:
            appending.give_up(Arrived.from_dict(job.arguments))


def sweep_unanswered() -> int:
    """Remove files whose question nobody answered for as long as unfinished uploads are kept."""
    before = timezone.now() - timedelta(seconds=settings.UPLOAD_KEEP_SECONDS)
    ended = Job.objects.of_kind(APPEND).in_state(Job.State.FAILED).filter(finished_at__lt=before)
    waiting = [Arrived.from_dict(job.arguments) for job in ended.newest_first()[:_SWEPT]]
    old = [arrived for arrived in waiting if appending.is_waiting(arrived)]
    for arrived in old:
        appending.give_up(arrived)
    return len(old)
