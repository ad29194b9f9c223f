"""The answer within a second: the naive family and the ridge, fitted, tested and committed."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
from django.db import transaction
from django.utils import timezone

from datasets.frames import read_panel
from forecasting import racing, results
from forecasting.engine import artifacts
from forecasting.engine.panel import Panel
from forecasting.engine.registry import create
from forecasting.models import PredictionTask
from forecasting.racing import Course, Finish
from jobs.progress import Progress

MODELS: Final = ("linear", "seasonal_naive", "naive")


def read(task: PredictionTask) -> Panel:
    """The target columns of the version that the forecast was asked for."""
    return read_panel(task.version, task.asked("targets"))


def answer(task: PredictionTask, run: Progress) -> None:
    """Fit and test the instant models and commit their results at once.

    Raises EngineError where the data allow no forecast.
    """
    panel = read(task)
    run.report(0.1)
    course = Course.plan(panel, task.horizon, task.levels)
    finishes = []
    for place, name in enumerate(MODELS):
        finishes.append(racing.run_quick(create(name), course))
        run.report(0.1 + 0.8 * (place + 1) / len(MODELS))
    _commit(task, run, course, finishes)


def rehearse() -> None:
    """Run the instant models on a small made-up series: what is imported late is imported now."""
    hours = np.arange(400)
    panel = Panel.from_arrays(np.sin(hours * np.pi / 12) + hours % 7, frequency="h")
    course = Course.plan(panel, 24, (80, 95))
    with TemporaryDirectory() as folder:
        for name in MODELS:
            finish = racing.run_quick(create(name), course)
            results.as_json(finish.forecast)
            artifacts.save(finish.model, Path(folder) / name)


def receipt_of(course: Course) -> dict[str, object]:
    """What the answer used."""
    panel = course.panel
    return {
        "rows": int(panel.lengths.max()),
        "series": len(panel.labels),
        "values": int(panel.values.size),
        "missing": int(np.isnan(panel.values).sum()),
        "windows": course.windows,
        "tested_series": len(course.tested.labels) if course.tested is not None else 0,
        "last": results.iso(_last_times(panel))[0],
    }


def _commit(task: PredictionTask, run: Progress, course: Course, finishes: list[Finish]) -> None:
    history = results.history_of(course.panel, course.horizon)
    with transaction.atomic():
        run.fence()
        for finish in finishes:
            racing.keep(task, finish, history=history, job=run.job)
        began = task.created_at
        receipt = receipt_of(course) | {
            "instant_seconds": round((timezone.now() - began).total_seconds(), 3),
            "compute_seconds": round(sum(finish.seconds for finish in finishes), 3),
        }
        PredictionTask.objects.filter(pk=task.pk).update(
            receipt=receipt, result_path=results.folder_of(task)
        )
        task.receipt = receipt
        leader = racing.place_all(task)
    run.milestone(
        f"Read {receipt['rows']:,} rows",
        code="read",
        rows=receipt["rows"],
        missing=receipt["missing"],
    )
    run.milestone(
        "Instant answer ready",
        code="instant",
        seconds=receipt["instant_seconds"],
        leader=leader.type if leader else "",
    )


def _last_times(panel: Panel) -> np.ndarray:
    ends = panel.frequency.at(panel.starts, panel.lengths - 1)
    return np.asarray(ends.max(keepdims=True))
