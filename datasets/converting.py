"""Large tables are written by a worker; the file waits a day to be fetched, then it goes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models.user import User
from accounts.ownership import fetch_visible
from accounts.problems import Conflict, Problem
from datasets import exporting, storage
from datasets.formats.format import Format
from datasets.models import Dataset, Version
from jobs.models import Job
from jobs.registry import name_kind, say_progress
from jobs.running import Progress, enqueue

KIND: Final = "convert"
KEPT: Final = timedelta(hours=24)
# Of the job: writing, then storing what was written.
_WRITING: Final = 0.95


def connect() -> None:
    """Tell what people call these jobs and what they are at."""
    name_kind(KIND, _("conversion"))
    say_progress(KIND, lambda job: gettext("Writing %s") % job.detail.get("label", ""))


def start(version: Version, user: User, format: Format, chosen: Mapping[str, str]) -> Job:
    """Let a worker write the version. Raises Problem when the format cannot hold it."""
    # Both know of each other: the task runs `convert`, and is sent from here.
    from datasets.tasks import convert as task  # noqa: PLC0415

    exporting.require_writable(version, format)
    dataset = version.dataset
    with transaction.atomic():
        job = enqueue(
            task,
            owner=user,
            kind=KIND,
            title=gettext("%(name)s as %(label)s") % {"name": dataset.name, "label": format.label},
            arguments={
                "dataset": str(dataset.pk),
                "version": version.number,
                "format": format.key,
                "chosen": dict(chosen),
                "name": exporting.file_name(dataset, format, chosen),
            },
        )
        job.link = reverse("datasets:converted", args=[dataset.pk, job.pk])
        job.save(update_fields=["link", "updated_at"])
    return job


def convert(run: Progress) -> None:
    """Write what `run.arguments` name and keep the file; nothing stays when that fails."""
    asked = run.arguments
    version = (
        Version.objects.select_related("dataset")
        .filter(dataset=asked["dataset"], number=asked["version"])
        .first()
    )
    if version is None:
        return
    format = exporting.wanted_format(asked["format"])
    run.report(0.0, label=format.label)
    with storage.work_folder() as folder:
        target = folder / "export"
        exporting.write(
            version, format, asked["chosen"], target, lambda share: run.report(_WRITING * share)
        )
        size = target.stat().st_size
        with transaction.atomic():
            run.fence()
            if not Dataset.objects.select_for_update().filter(pk=version.dataset_id).exists():
                return
            storage.put(target, key_of(asked["dataset"], run.job_id))
    run.report(1.0, file_size=size, kept=True)


def key_of(dataset_id: object, job_id: object) -> str:
    """Where the file of a conversion lies: with its dataset, so that it goes with it."""
    return f"{storage.folder_of(dataset_id)}/converted/{job_id}"


def fetch(dataset: Dataset, user: User, job_id: UUID | str) -> Job:
    """The finished conversion; Http404 for those of others, Problem when its file is gone."""
    mine = Job.objects.about_dataset(dataset.pk, KIND)
    job = fetch_visible(mine, user, pk=job_id)
    if job.state != Job.State.SUCCEEDED:
        raise Conflict(
            gettext("This file is not written yet. Wait for the conversion to end."),
            code="not_ready",
        )
    if not job.detail.get("kept"):
        raise Problem(
            gettext("Converted files are kept for a day and this one is gone. Convert again."),
            code="file_gone",
        )
    return job


def sweep_converted(*, older_than: timedelta = KEPT) -> int:
    """Remove files that waited long enough; return how many."""
    removed = 0
    for job in _kept(timezone.now() - older_than):
        storage.delete_file(key_of(job.arguments["dataset"], job.pk))
        job.detail = {**job.detail, "kept": False}
        job.save(update_fields=["detail", "updated_at"])
        removed += 1
    return removed


def _kept(before: Any) -> QuerySet[Job]:
    ended: QuerySet[Job] = Job.objects.of_kind(KIND).filter(
        finished_at__lt=before, detail__kept=True
    )
    return ended
