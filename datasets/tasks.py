"""Work of the fast pool."""

from __future__ import annotations

from celery import shared_task

from datasets import converting
from datasets import ingest as ingesting
from datasets.query.kept import sweep_results
from datasets.receiving.sweeping import sweep_orphans
from jobs.running import running


@shared_task(name="datasets.ingest")
def ingest(job_id: str) -> None:
    """Read one uploaded file."""
    with running(job_id) as run:
        if run is None:
            return
        ingesting.read_dataset(run)


@shared_task(name="datasets.convert")
def convert(job_id: str) -> None:
    """Write one large table in another format."""
    with running(job_id) as run:
        if run is None:
            return
        converting.convert(run)


@shared_task(name="datasets.sweep")
def sweep() -> None:
    """Remove files that no dataset owns any more, and what people left unfinished."""
    # Uploads know this module, which sends the files they keep to a worker.
    from datasets.receiving.upkeep import sweep_unfinished  # noqa: PLC0415

    sweep_orphans()
    converting.sweep_converted()
    sweep_results()
    sweep_unfinished()
