"""Work of the fast pool."""

from __future__ import annotations

from celery import shared_task

from datasets import ingest as ingesting
from datasets.sweeping import sweep_orphans
from jobs.running import running


@shared_task(name="datasets.ingest")
def ingest(job_id: str) -> None:
    """Read one uploaded file."""
    with running(job_id) as run:
        if run is None:
            return
        ingesting.read_dataset(run)


@shared_task(name="datasets.sweep")
def sweep() -> None:
    """Remove files that no dataset owns any more."""
    sweep_orphans()
