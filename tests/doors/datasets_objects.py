"""Rows behind the doors of datasets."""

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from datasets import converting
from datasets.receiving import resumable
from datasets.versioning import version_jobs
from jobs.models import Job
from tests.datasets.made import read_dataset
from tests.doors.replay import Replay


def parts(dataset):
    version = dataset.current_version
    return [dataset.job, dataset, version, *version.columns.all()]


dataset = Replay(read_dataset, parts)


def converted(owner):
    """A dataset with a finished conversion."""
    made = dataset(owner)
    job = Job.objects.create(
        owner=owner,
        kind=converting.KIND,
        title="As JSON",
        state=Job.State.SUCCEEDED,
        arguments={"dataset": str(made.pk), "format": "json", "name": "load.json"},
        detail={"kept": True},
    )
    default_storage.save(converting.key_of(made.pk, job.pk), ContentFile(b"[]"))
    made.conversion = job.pk
    return made


def appending(owner):
    """A dataset to which its owner adds rows right now."""
    made = dataset(owner)
    job = Job.objects.create(
        owner=owner,
        kind=version_jobs.APPEND,
        title="Load",
        arguments={"dataset": str(made.pk), "file": "nowhere", "name": "more.csv", "size": 1},
    )
    made.appending = job.pk
    return made


def upload(owner):
    """A file of which nothing has arrived yet."""
    return resumable.begin(owner=owner, name="load.csv", size=100)
