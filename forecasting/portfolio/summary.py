"""One row for every series of an answer, made once and read page by page.

Columns: `place` (its turn in the answer, from 0), `unique_id`, `level` (bottom, or that of a
total), `first` (the first step ahead), `total` (the sum of the forecast), `last_total` (of as many
steps before it), `change` (their ratio less 1), `known` values and how many of them are `zeros`; of
the test on past windows `mase`, `mae`, `rmse`, `bias`, `coverage-80`, … in percent, and `skill`,
1 − error / error of seasonal naive; `stood_in` why another rule than the model answers, as JSON.
What is not known is null.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import duckdb
import numpy as np
import pyarrow as pa

from datasets import storage
from datasets.building.duck import connect, literal, parquet
from forecasting import results, stood_in
from forecasting.engine.hierarchy.structure import BOTTOM
from forecasting.models import PredictionResult, PredictionTask
from forecasting.models.trained_model import YARDSTICK
from forecasting.portfolio import errors, levels, observed

MEMORY: Final = "800MB"
# Rows of fewer series are made in a moment, when somebody looks.
MANY_SERIES: Final = 1_000


def prepare(task: PredictionTask) -> None:
    """Make the rows of the leader where there are many series, so that no page has to."""
    if task.receipt.get("series", 0) < MANY_SERIES:
        return
    found = list(task.results.ranked().without_points())
    yardstick = next((one for one in found if one.name == YARDSTICK), None)
    for leader in found[:1]:
        path_of(task, leader, yardstick)


def path_of(
    task: PredictionTask, result: PredictionResult, yardstick: PredictionResult | None
) -> Path:
    """The file with the rows; made when nobody has asked for it yet, or the answer has moved."""
    key = _key(task, result, yardstick)
    try:
        return storage.local_copy(key)
    except FileNotFoundError:
        _make(task, result, yardstick, key)
    return storage.local_copy(key)


def _key(task: PredictionTask, result: PredictionResult, other: PredictionResult | None) -> str:
    stamps = [one.updated_at.strftime("%y%m%d%H%M%S%f") for one in (result, other) if one]
    return f"{results.folder_of(task)}/series/{result.pk}-{'-'.join(stamps)}.parquet"


def _make(
    task: PredictionTask, result: PredictionResult, other: PredictionResult | None, key: str
) -> None:
    with storage.work_folder() as folder, connect(scratch=folder, memory=MEMORY) as connection:
        _add_ahead(connection, result)
        _add_before(connection, task)
        _add_levels(connection, task)
        _add_stood_in(connection, result)
        tested = _add_errors(connection, "own", result, task.levels)
        compared = _add_errors(connection, "other", other, task.levels)
        path = folder / "series.parquet"
        skill = "1 - own.mae / nullif(other.mae, 0)" if tested and compared else "NULL::DOUBLE"
        columns = ", ".join(f'own."{name}"' for name in _figures(task))
        connection.execute(
            "COPY (SELECT ahead.place, ahead.unique_id, "  # noqa: S608
            f"coalesce(levels.level, '{BOTTOM}') AS level, ahead.first, ahead.total, "
            "before.last_total, "
            "CASE WHEN before.last_total > 0 THEN ahead.total / before.last_total - 1 END "
            f"AS change, before.known, before.zeros, {columns}, {skill} AS skill, "
            "others.reason AS stood_in "
            "FROM ahead LEFT JOIN before USING (unique_id) LEFT JOIN own USING (unique_id) "
            "LEFT JOIN other USING (unique_id) LEFT JOIN levels USING (unique_id) "
            "LEFT JOIN others USING (unique_id) "
            "ORDER BY ahead.place"
            f") TO {literal(str(path))} (FORMAT parquet, COMPRESSION zstd)"
        )
        storage.put(path, key)


def _figures(task: PredictionTask) -> list[str]:
    return [*errors.FIGURES, *(f"coverage-{level}" for level in task.levels)]


def _add_ahead(connection: duckdb.DuckDBPyConnection, result: PredictionResult) -> None:
    """Make the table `ahead` of the forecast itself."""
    source = "answer"
    if result.result_path:
        source = parquet(storage.local_copy(result.result_path), numbered=True)
    else:
        frame = results.table_of(result)
        columns = {
            "unique_id": pa.array([str(label) for label in frame["unique_id"]], pa.string()),
            "ds": pa.array(frame["ds"].to_numpy().astype("datetime64[us]")),
            "mean": pa.array(frame["mean"].to_numpy(dtype=float)),
            "file_row_number": pa.array(np.arange(len(frame))),
        }
        connection.register(source, pa.table(columns))
    connection.execute(
        "CREATE TABLE ahead AS SELECT row_number() OVER (ORDER BY row) - 1 AS place, unique_id, "  # noqa: S608
        "first, total FROM (SELECT CAST(unique_id AS VARCHAR) AS unique_id, "
        "CAST(min(ds) AS TIMESTAMP) AS first, sum(mean) AS total, min(file_row_number) AS row "
        f"FROM {source} GROUP BY ALL)"
    )


def _add_before(connection: duckdb.DuckDBPyConnection, task: PredictionTask) -> None:
    found = connection.execute("SELECT unique_id, first FROM ahead").fetchnumpy()
    observed.add_before(connection, task, list(found["unique_id"]), np.asarray(found["first"]))


def _add_levels(connection: duckdb.DuckDBPyConnection, task: PredictionTask) -> None:
    """Make the table `levels`, empty where there are no totals."""
    path = levels.found(task)
    source = "(SELECT '' AS unique_id, '' AS level LIMIT 0)" if path is None else parquet(path)
    names = task.asked("names", [])
    label = "unique_id"
    if len(names) > 1:
        listed = ", ".join(literal(name) for name in names)
        label = f"unique_id || '/' || unnest([{listed}])"
    connection.execute(
        f"CREATE TABLE levels AS SELECT {label} AS unique_id, level FROM "  # noqa: S608
        f"(SELECT DISTINCT unique_id, level FROM {source})"
    )


def _add_stood_in(connection: duckdb.DuckDBPyConnection, result: PredictionResult) -> None:
    """Make the table `others` of the series that the model did not forecast itself."""
    path = stood_in.found(result)
    source = "(SELECT '' AS unique_id, '' AS reason, true AS answered LIMIT 0)"
    connection.execute(
        "CREATE TABLE others AS SELECT unique_id, CAST(reason AS VARCHAR) AS reason FROM "  # noqa: S608
        f"{source if path is None else parquet(path)} WHERE answered"
    )


def _add_errors(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    result: PredictionResult | None,
    levels: Sequence[int],
) -> bool:
    """Make a table of the errors of a model, empty where it was not tested; was it?"""
    path = errors.found(result.backtest_path) if result is not None else None
    if path is not None:
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM {parquet(path)}")  # noqa: S608
        return True
    names = [*errors.FIGURES, *(f"coverage-{level}" for level in levels)]
    columns = ", ".join(f'"{one}" DOUBLE' for one in names)
    connection.execute(f"CREATE TABLE {name} (unique_id VARCHAR, {columns})")
    return False
