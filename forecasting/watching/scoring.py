"""Join earlier forecasts with the values that came since: the rows as Parquet, the sums as a row.

The forecast that people saw is scored as it was given, whatever came after; a run whose last time
has passed is complete and not looked at again, unless somebody asks.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from typing import Any, Final
from uuid import uuid4

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from django.db import transaction

from datasets import storage
from datasets.models import Version
from datasets.problems import DatasetProblem
from forecasting import backtests, results
from forecasting.engine.errors import EngineError
from forecasting.models import ForecastScore, PredictionResult, PredictionTask
from forecasting.watching.actuals import Actuals

logger = logging.getLogger(__name__)
# A cancelled race leaves its instant answer standing.
ANSWERED: Final = (PredictionTask.Status.COMPLETED, PredictionTask.Status.CANCELLED)
# The newest runs of a dataset that one look scores, and the series of each.
MOST_RUNS: Final = 200
MOST_SERIES: Final = 200


def score_all(version: Version) -> int:
    """Score the forecasts of this dataset with the values of `version`; answers how many changed.

    A forecast whose columns are gone is left as it was.
    """
    waiting = (
        PredictionTask.objects.of_dataset(version.dataset)
        .exclude(version=version)
        .filter(status__in=ANSWERED)
        .exclude(score__is_complete=True)
        .select_related("version", "dataset")
        .order_by("-created_at")[:MOST_RUNS]
    )
    by_targets: dict[tuple[str, ...], list[PredictionTask]] = defaultdict(list)
    for task in waiting:
        by_targets[tuple(task.asked("targets", []))].append(task)
    return sum(_score_alike(version, targets, tasks) for targets, tasks in by_targets.items())


def score(task: PredictionTask, version: Version) -> ForecastScore | None:
    """Score one forecast; None where nothing has come yet.

    Raises DatasetProblem or EngineError where the columns are gone.
    """
    return _scored(task, version, Actuals.of(version, task.asked("targets", [])))


def rows_of(score: ForecastScore, label: str = "") -> pd.DataFrame:
    """Rows `unique_id, step, ds, y, mean, lo-80, hi-80, …` of what has come; all or one series.

    Another look replaces the file; who meets that moment reads what it found.
    """
    try:
        return _read(score.path, label)
    except FileNotFoundError:
        score.refresh_from_db()
        return _read(score.path, label)


def _read(key: str, label: str) -> pd.DataFrame:
    filters = [("unique_id", "=", label)] if label else None
    frame: pd.DataFrame = pq.read_table(storage.local_copy(key), filters=filters).to_pandas()
    return frame.astype({"unique_id": object})


def _score_alike(version: Version, targets: Sequence[str], tasks: Sequence[PredictionTask]) -> int:
    """Those of the same columns, which are read once."""
    try:
        actuals = Actuals.of(version, targets)
    except (DatasetProblem, EngineError) as problem:
        logger.info("Forecasts of %s are not scored: %s", version.dataset_id, problem)
        return 0
    return sum(_scored(task, version, actuals) is not None for task in tasks)


def _scored(task: PredictionTask, version: Version, actuals: Actuals) -> ForecastScore | None:
    result = task.results.ranked().first()
    if result is None:
        return None
    table, labels, total = _forecast_of(result, actuals)
    if table.empty or not labels:
        return None
    table["y"] = _joined(table, actuals)
    rows = table[table["y"].notna()]
    if rows.empty:
        return None
    cutoff = np.datetime64(str(task.receipt.get("last") or table["ds"].min()))
    known: list[str] = list(dict.fromkeys(rows["unique_id"]))
    steps = sums(rows, actuals.scales(cutoff, known))
    return _keep(
        task,
        {
            "version": version,
            "name": result.name,
            "type": result.type,
            "cutoff": results.iso(np.array([cutoff]))[0],
            "steps": steps,
            "steps_known": len(steps),
            "series": len(labels),
            "series_total": total,
            "is_complete": bool(actuals.last() >= table["ds"].max().to_datetime64()),
            "path": _write(task, rows),
        },
    )


def _keep(task: PredictionTask, found: dict[str, Any]) -> ForecastScore:
    """Replace what an earlier look kept, and its file."""
    with transaction.atomic():
        earlier = ForecastScore.objects.select_for_update().filter(task=task).first()
        row: ForecastScore
        row, _ = ForecastScore.objects.update_or_create(task=task, defaults=found)
        if earlier is not None and earlier.path:
            transaction.on_commit(partial(storage.delete_file, earlier.path))
    return row


def _forecast_of(result: PredictionResult, actuals: Actuals) -> tuple[pd.DataFrame, list[str], int]:
    """The answer for at most 200 series of it, spread over all of them, with the step of a row."""
    known = set(actuals.labels)
    named = list(actuals.labels) if result.result_path else results.labels_of(result)
    named = [label for label in named if label in known]
    labels = _spread(named)
    if result.result_path:
        path = results.file_of(result)
        table = pq.read_table(path, filters=[("unique_id", "in", labels)]).to_pandas()
    else:
        table = results.table_of(result)
    if table.empty:
        return table, [], len(named)
    table = table[table["unique_id"].isin(set(labels))].copy()
    table["step"] = table.groupby("unique_id", sort=False).cumcount() + 1
    return table, labels, len(named)


def _joined(table: pd.DataFrame, actuals: Actuals) -> pd.Series[Any]:
    found = pd.Series(np.nan, index=table.index)
    for label, rows in table.groupby("unique_id", sort=False):
        found[rows.index] = actuals.values(str(label), rows["ds"].to_numpy())
    return found


def sums(rows: pd.DataFrame, scales: dict[str, float]) -> list[dict[str, Any]]:
    """What a score keeps of every step: sums over the series, counts inside every interval."""
    levels = backtests.levels_of(rows)
    gap = rows["y"] - rows["mean"]
    scale = rows["unique_id"].map(scales).astype(float)
    scaled = (gap.abs() / scale.where(scale > 0)).astype(float)
    table = pd.DataFrame({"step": rows["step"], "ds": rows["ds"], "gap": gap, "scaled": scaled})
    for level in levels:
        table[level] = (rows["y"] >= rows[f"lo-{level}"]) & (rows["y"] <= rows[f"hi-{level}"])
    found = []
    for _, part in table.groupby("step", sort=True):
        found.append(
            {
                "step": int(part["step"].iloc[0]),
                "time": results.iso(part["ds"].to_numpy()[:1])[0],
                "values": len(part),
                "abs": float(part["gap"].abs().sum()),
                "sum": float(part["gap"].sum()),
                "scaled": float(part["scaled"].sum()),
                "scaled_values": int(part["scaled"].notna().sum()),
                "inside": {str(level): int(part[level].sum()) for level in levels},
            }
        )
    return found


def _write(task: PredictionTask, rows: pd.DataFrame) -> str:
    # Other machines keep copies by key, so what is new gets a new one.
    key = f"{results.folder_of(task)}/actuals/{uuid4().hex}.parquet"
    ends = [name for name in rows.columns if name.startswith(("lo-", "hi-"))]
    with storage.work_folder() as folder:
        path = folder / "actuals.parquet"
        kept = rows[["unique_id", "step", "ds", "y", "mean", *ends]]
        kept.to_parquet(path, compression="zstd", index=False)
        storage.put(path, key)
    return key


def _spread(labels: Sequence[str]) -> list[str]:
    """At most 200, evenly from all."""
    if len(labels) <= MOST_SERIES:
        return list(labels)
    places = np.linspace(0, len(labels) - 1, MOST_SERIES).round().astype(int)
    return [labels[place] for place in places]
