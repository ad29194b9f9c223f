"""Watches for tests: a small hourly file with things to find, judged for real."""

import numpy as np

from datasets.models import Column
from forecasting.anomalies import watch_jobs, watching
from forecasting.models import Anomaly, AnomalyWatch
from tests.datasets.made import read_dataset

HOURS = 500
SPIKE, DIP = 400, 450


def odd_values(hours=HOURS, seed=0, odd=True):
    """A daily cycle with noise of 2; 60 too much at hour 400, 60 too little at 450."""
    clock = np.arange(hours)
    noise = np.random.default_rng(seed).normal(0, 2, hours)
    values = 100 + 30 * np.sin(2 * np.pi * clock / 24) + noise
    if odd and hours > DIP:
        values[SPIKE] += 60
        values[DIP] -= 60
    return values


def as_text(values, first=0):
    """As a file of two columns, by the hour from 2026 on."""
    start = np.datetime64("2026-01-01T00", "h") + first
    lines = [f"{start + hour}:00,{value:.3f}" for hour, value in enumerate(values)]
    return "\n".join(["time,load", *(line.replace("T", " ") for line in lines)]) + "\n"


def odd_dataset(owner, **how):
    return read_dataset(owner, as_text(odd_values(**how)))


def wish(dataset, **fields):
    """What a person asks for who keeps the defaults, by the quickest detector."""
    version = dataset.current_version
    targets = tuple(c for c in version.value_columns() if c.role == Column.Role.TARGET)
    defaults = {"series": (), "detector": "season", "season": None, "per_week": 1.0}
    return watching.Wish(dataset, version, **{"targets": targets, **defaults, **fields})


def begun(owner, dataset=None, **fields):
    """A watch whose history is not judged yet."""
    return watching.begin(wish(dataset or odd_dataset(owner), **fields), owner=owner)


def judged(owner, dataset=None, **fields):
    """A watch that has judged the history."""
    watch = begun(owner, dataset, **fields)
    watch_jobs.scan_anomalies(str(watch.job_id))
    return again(watch)


def again(watch):
    """The row as it is now."""
    return AnomalyWatch.objects.for_list().get(pk=watch.pk)


def anomalies(watch):
    """Those that count, the oldest first."""
    return list(Anomaly.objects.of_watch(watch).counted().order_by("start"))
