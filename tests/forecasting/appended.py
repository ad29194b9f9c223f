"""Rows that come later, for tests: added to a dataset as a person adds them."""

import numpy as np

from datasets.versioning import appending
from forecasting.models import PredictionResult, PredictionTask
from tests.datasets.given import Quietly, build_here
from tests.datasets.made import read_dataset
from tests.forecasting.made import again, start_forecast
from tests.forecasting.watched import as_text

HOURS = 480
LEVELS = (80, 95)


def usual_values(hours, seed=0, spread=2.0):
    """A daily cycle with noise."""
    clock = np.arange(hours)
    noise = np.random.default_rng(seed).normal(0, spread, hours)
    return 100 + 30 * np.sin(2 * np.pi * clock / 24) + noise


def usual_dataset(owner, hours=HOURS, **how):
    return read_dataset(owner, as_text(usual_values(hours, **how)))


def append(dataset, values, first):
    """More rows by the hour; the new version."""
    arrived = appending.keep(dataset, name="more.csv", content=[as_text(values, first).encode()])
    run = Quietly(dataset=str(dataset.pk), same="ask", **arrived.to_dict())
    made = appending.append(run, reader=build_here)
    dataset.refresh_from_db()
    return made


def said(owner, dataset, mean, *, spread=10.0, hours=HOURS, **fields):
    """A forecast of these numbers from row `hours` on: 80% within `spread`, 95% twice that."""
    task = start_forecast(owner, dataset, horizon=len(mean))
    start = np.datetime64("2026-01-01T00", "h") + hours
    times = [str((start + hour).astype("datetime64[s]")) for hour in range(len(mean))]
    result = PredictionResult.objects.create(
        task=task,
        name="linear",
        type="linear",
        rank=1,
        metrics={"mae": 5.0, "mase": 0.8, "per_step": {"mae": [5.0] * len(mean)}},
        predictions={
            "points": len(mean),
            "labels": ["load"],
            "series": [
                {
                    "id": "load",
                    "times": times,
                    "mean": list(mean),
                    "lower": {str(p): [v - spread * (1 + i) for v in mean] for i, p in LEVELED},
                    "upper": {str(p): [v + spread * (1 + i) for v in mean] for i, p in LEVELED},
                }
            ],
        },
    )
    PredictionTask.objects.filter(pk=task.pk).update(
        status="completed",
        receipt={"last": str((start - 1).astype("datetime64[s]"))},
        **fields,
    )
    assert result.pk
    return again(task)


LEVELED = list(enumerate(LEVELS))
