"""Forecasts for tests: real files read for real, real models on short series."""

import math

from accounts.models import Share
from forecasting import asking, starting, tasks
from forecasting.models import PredictionTask
from tests.datasets.made import read_dataset
from tests.factories import make_share
from tests.forecasting import remembered


def hourly_text(hours=480, *, columns=("load",), skip=(), twice=()):
    """A daily cycle with ripples; columns differ by their level. At most 28 days have no gap."""
    lines = ["time," + ",".join(columns)]
    for hour in range(hours):
        day, clock = divmod(hour, 24)
        month, date = divmod(day, 28)
        wave = 30 * math.sin(2 * math.pi * clock / 24) + hour % 7 + 3 * math.sin(hour * hour)
        values = ",".join(f"{100 * (place + 1) + wave:.3f}" for place in range(len(columns)))
        line = f"2026-{month + 1:02d}-{date + 1:02d} {clock:02d}:00,{values}"
        if hour not in skip:
            lines += [line] * (2 if hour in twice else 1)
    return "\n".join(lines) + "\n"


def hourly_dataset(owner, hours=480, **how):
    """Twenty days of one hourly column, ready to be forecast."""
    return read_dataset(owner, hourly_text(hours, **how))


def make_ask(dataset, **asked):
    """What a person asks for when they keep the defaults."""
    version = dataset.current_version
    columns = asked.pop("columns", None)
    targets = asking.check_targets(version, columns) if columns else None
    fields = {"horizon": 24, "quality": "instant", "levels": (80, 95), **asked}
    targets = targets or tuple(asking.usual_targets(version))
    return asking.Ask(dataset=dataset, version=version, targets=targets, **fields)


def start_forecast(owner, dataset=None, **asked):
    """A forecast that waits for its instant answer."""
    dataset = dataset or hourly_dataset(owner)
    return starting.start(make_ask(dataset, **asked), owner=owner)


def answered(owner, dataset=None, **asked):
    """A forecast with its instant answer; one that races waits for it."""
    task = start_forecast(owner, dataset, **asked)
    remembered.instant_forecast(str(task.instant_job_id))
    return again(task)


def ready_to_race(owner, *models, dataset=None, **parameters):
    """A forecast with its instant answer whose race of these models (names, or dicts with name,
    type and settings) has not begun.
    """
    task = start_forecast(owner, dataset, quality="balanced")
    chosen = [{"type": one} if isinstance(one, str) else one for one in models]
    more = {"models": chosen, "seconds": 60, **parameters}
    PredictionTask.objects.filter(pk=task.pk).update(parameters=task.parameters | more)
    remembered.instant_forecast(str(task.instant_job_id))
    return again(task)


def raced(owner, *models, **how):
    """The same at its end."""
    task = ready_to_race(owner, *models, **how)
    tasks.train_forecast(str(task.training_job_id))
    return again(task)


def again(task):
    """The row as it is now."""
    return PredictionTask.objects.with_jobs().get(pk=task.pk)


def share(task, person, level=Share.Level.VIEWER):
    """Let somebody see (or edit) a forecast."""
    return make_share(task, person, level)
