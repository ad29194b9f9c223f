"""A balanced forecast of a sample on a running stack: what a person would start by two clicks."""

from __future__ import annotations

import time

from benchmarks import people
from forecasting import asking, starting
from forecasting.models import PredictionTask
from jobs.models import Job

LIMIT = 60


def start() -> Job:
    """Import the sample, ask for a balanced forecast, answer the training job once it is there."""
    from datasets import samples  # noqa: PLC0415

    person, _ = people.make_person()
    dataset = samples.create(owner=person, key=samples.catalogue()[0].key)
    deadline = time.monotonic() + LIMIT
    while not dataset.is_ready and time.monotonic() < deadline:
        time.sleep(0.1)
        dataset.refresh_from_db()
    version = dataset.current_version
    assert version is not None
    ask = asking.Ask(
        dataset=dataset,
        version=version,
        targets=tuple(asking.usual_targets(version)),
        horizon=96,
        quality="balanced",
        levels=(80, 95),
    )
    task = starting.start(ask, owner=person)
    while task.training_job is None and time.monotonic() < deadline:
        time.sleep(0.1)
        task = PredictionTask.objects.select_related("training_job").get(pk=task.pk)
    assert task.training_job is not None
    return task.training_job
