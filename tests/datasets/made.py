"""Datasets for tests of pages and of the API: quick rows, or a real file read for real."""

from itertools import count

from datasets.models import Column, Dataset, Version
from tests.datasets import remembered


def _hours(count_of_hours):
    for hour in range(count_of_hours):
        day, clock = divmod(hour, 24)
        note = "calm" if hour % 2 else ""
        yield f"2026-01-{day + 1:02d} {clock:02d}:00,{100 + clock * 10},{note}\n"


# Ten days; load runs from 100 to 330 every day, every second note is missing.
HOURLY = "time,load,note\n" + "".join(_hours(240))
_numbers = count(1)


def make_dataset(owner, **fields):
    """A ready dataset without files, for lists and heads."""
    number = next(_numbers)
    fields = {
        "name": f"Load {number}",
        "filename": f"load-{number}.csv",
        "file_size": 1000 + number,
        "record_count": 240,
        "status": Dataset.Status.READY,
        **fields,
    }
    dataset = Dataset.objects.create(owner=owner, **fields)
    if dataset.status == Dataset.Status.READY:
        make_version(dataset)
    return dataset


def make_version(dataset, **fields):
    """A version with a time and one target."""
    fields = {
        "number": 1,
        "file_key": f"versions/{dataset.pk}.parquet",
        "content_hash": "0" * 64,
        "row_count": 240,
        "frequency": "h",
        "time_column": "c1",
        "profile": {
            "rows": 240,
            "series_count": 1,
            "start": "2026-01-01T00:00:00",
            "end": "2026-01-10T23:00:00",
            "step_seconds": 3600,
            "missing_share": 0.0,
            "spark": [1.0, 3.0, 2.0],
            "findings": [],
        },
        **fields,
    }
    version = Version.objects.create(dataset=dataset, **fields)
    Column.objects.create(
        version=version,
        position=0,
        name="time",
        key="c1",
        type=Column.Type.DATETIME,
        role=Column.Role.TIME,
        stats={"min": "2026-01-01T00:00:00", "max": "2026-01-10T23:00:00"},
    )
    Column.objects.create(
        version=version,
        position=1,
        name="load",
        key="c2",
        type=Column.Type.FLOAT,
        role=Column.Role.TARGET,
        stats={
            "min": 100.0,
            "max": 330.0,
            "mean": 215.0,
            "histogram": {"edges": [0, 1], "counts": [3]},
        },
    )
    return version


def read_dataset(owner, text=HOURLY, name="load.csv", **fields):
    """A dataset made from a real file by the real reader, which reads it once a run."""
    content = text if isinstance(text, bytes) else text.encode()
    dataset = remembered.receive(owner=owner, name=name, content=[content], size=len(content))
    remembered.ingest(str(dataset.job_id))
    Dataset.objects.filter(pk=dataset.pk).update(**fields) if fields else None
    return Dataset.objects.get(pk=dataset.pk)
