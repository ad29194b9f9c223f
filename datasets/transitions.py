"""Jobs move the status of datasets; nothing else writes that column."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from datasets.models import Dataset
from datasets.problems import WORDS, sentence
from datasets.reading_words import reading_words
from jobs import failures
from jobs.models import Job
from jobs.registry import name_kind, on_transition, say_progress

KIND = "ingest"
_ENDED_BADLY = frozenset({Job.State.FAILED, Job.State.CANCELLED})


def connect() -> None:
    """Register the hook of ingest jobs, what people call them, and how refusals are said."""
    on_transition(KIND, follow)
    name_kind(KIND, _("import"))
    failures.register_words(WORDS, sentence)
    say_progress(KIND, lambda job: reading_words(job.detail))


def follow(job: Job) -> None:
    """Give the dataset of `job` the status that goes with the job's state.

    A dataset that was read before stays usable when reading it again fails.
    """
    for dataset in Dataset.objects.filter(pk=job.arguments["dataset"]):
        status = _status(dataset, job)
        metadata = {**dataset.metadata, "error": "", failures.KEPT: {}}
        if job.state in _ENDED_BADLY:
            metadata |= {"error": job.error, failures.KEPT: job.detail.get(failures.KEPT, {})}
        if status != dataset.status or metadata != dataset.metadata:
            Dataset.objects.filter(pk=dataset.pk).update(status=status, metadata=metadata)


def _status(dataset: Dataset, job: Job) -> str:
    has_rows = dataset.versions.exists()
    if job.state == Job.State.SUCCEEDED:
        # What waits for a person has been read, but is not imported.
        return Dataset.Status.PROCESSING if dataset.is_staged else Dataset.Status.READY
    if job.state not in _ENDED_BADLY:
        return Dataset.Status.PROCESSING
    if has_rows:
        return Dataset.Status.READY
    # What was read before can still be imported.
    return Dataset.Status.PROCESSING if dataset.is_staged else Dataset.Status.ERROR


def imported(dataset: Dataset) -> None:
    """A person imported what had been read; no job moves here."""
    Dataset.objects.filter(pk=dataset.pk).update(status=Dataset.Status.READY)
