"""A worker that was thought lost comes back with what it read."""

import pytest

from datasets import ingest
from datasets.models import Version
from jobs import moves
from jobs.models import Job
from jobs.running import running
from tests.datasets.given import build_here, upload

TABLE = "day,y\n" + "".join(f"2026-01-{day:02d},{day}\n" for day in range(1, 29))


@pytest.mark.django_db(transaction=True)
def test_a_late_reader_whose_job_went_on_elsewhere_leaves_no_version(owner, own_files):
    dataset = upload(owner, TABLE)

    def overtaken(request, **how):
        """Another worker takes the job over while this one reads."""
        found = build_here(request, **how)
        moves.move(dataset.job_id, start=["running"], to="queued", by=1)
        moves.claim(dataset.job_id)
        return found

    with running(dataset.job_id) as run:
        ingest.read_dataset(run, reader=overtaken)
    assert not Version.objects.filter(dataset=dataset).exists()
    assert Job.objects.get(pk=dataset.job_id).attempt == 2
