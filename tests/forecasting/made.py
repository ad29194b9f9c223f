"""Forecasts for tests: real files read for real, real models on short series."""

import math

from forecasting import asking, starting, tasks
from forecasting.models import PredictionTask
from tests.datasets.made import read_dataset


def hourly_text(hours=480, *, constant=False, columns=("load",)):
    """A daily cycle with a slow trend; columns differ by their level."""
    lines = ["time," + ",".join(columns)]
    for hour in range(hours):
        day, clock = divmod(hour, 24)
        month, date = divmod(day, 28)
        wave = 0 if constant else 30 * math.sin(2 * math.pi * clock / 24) + hour % 7
        values = ",".join(f"{100 * (place + 1) + wave:.3f}" for place in range(len(columns)))
        lines.append(f"2026-{month + 1:02d}-{date + 1:02d} {clock:02d}:00,{values}")
    return "\n".join(lines) + "\n"


def hourly_dataset(owner, hours=480, **how):
    """Twenty days of one hourly column, ready to be forecast. At most 28 days are gapless."""
    return read_dataset(owner, hourly_text(hours, **how))


def make_ask(dataset, **asked):
    """What a person asks for when they keep the defaults."""
    version = dataset.current_version
    columns = asking.usual_targets(version)
    fields = {"horizon": 24, "quality": "instant", "levels": (80, 95), **asked}
    return asking.Ask(dataset=dataset, version=version, targets=tuple(columns), **fields)


def start_forecast(owner, dataset=None, **asked):
    """A forecast that waits for its instant answer."""
    dataset = dataset or hourly_dataset(owner)
    return starting.start(make_ask(dataset, **asked), owner=owner)


def answered(owner, dataset=None, **asked):
    """A forecast with its instant answer."""
    task = start_forecast(owner, dataset, **asked)
    tasks.instant_forecast(str(task.instant_job_id))
    return PredictionTask.objects.get(pk=task.pk)
