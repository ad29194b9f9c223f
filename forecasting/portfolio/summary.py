"""One row for every series of an answer, made once and read page by page.

Columns: `place` (its turn in the answer, from 0), `unique_id`, `level` (bottom, or that of a
total), `group` (the smallest total a single series is in), `first` (the first step ahead), `total`
(the sum of the forecast), `last_total` (of as many steps before it), `change` (their ratio less 1),
`known` values, how many of them are `zeros`, `idle` steps since the last other value; of the test
on past windows `mase`, `mae`, `rmse`, `bias`, `coverage-80`, … in percent, and `skill`, 1 − error /
error of seasonal naive; `best`, the model with the smallest error there, with its `best_mae` and
`best_skill`; `stood_in` why another rule than the model answers, as JSON; `why` the code of what
makes the series hard. What is not known is null. Rows lie by level, the worst first.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import duckdb
import numpy as np
import pyarrow as pa

from datasets import storage
from datasets.building.duck import connect, literal, parquet
from forecasting import results, stood_in
from forecasting.engine.hierarchy.building import TOTAL
from forecasting.engine.hierarchy.structure import BOTTOM
from forecasting.models import PredictionResult, PredictionTask
from forecasting.models.trained_model import YARDSTICK
from forecasting.portfolio import contenders, errors, levels, observed, reasons

MEMORY: Final = "800MB"
# Columns of the rows; files of another format are made anew.
FORMAT: Final = 3
# A page of the usual order lies in one of these.
ROWS_IN_A_GROUP: Final = 4_096
# Rows of fewer series are made in a moment, when somebody looks.
MANY_SERIES: Final = 1_000


def prepare(task: PredictionTask) -> None:
    """Make the rows of the leader where there are many series, so that no page has to."""
    if task.receipt.get("series", 0) < MANY_SERIES:
        return
    found = list(task.results.ranked().without_points())
    for leader in found[:1]:
        path_of(task, leader, found)


def path_of(
    task: PredictionTask, result: PredictionResult, ranked: Sequence[PredictionResult]
) -> Path:
    """The file with the rows of one of these results; made when nobody has asked for it yet, or an
    answer has moved since.
    """
    key = _key(task, result, ranked)
    try:
        return storage.local_copy(key)
    except FileNotFoundError:
        _make(task, result, ranked, key)
    return storage.local_copy(key)


def _key(task: PredictionTask, result: PredictionResult, ranked: Sequence[PredictionResult]) -> str:
    stamps = [f"{one.pk} {one.updated_at.isoformat()}" for one in (result, *ranked)]
    stamp = hashlib.sha256(json.dumps([FORMAT, *stamps]).encode()).hexdigest()[:16]
    return f"{results.folder_of(task)}/series/{result.pk}-{stamp}.parquet"


def _make(
    task: PredictionTask,
    result: PredictionResult,
    ranked: Sequence[PredictionResult],
    key: str,
) -> None:
    yardstick = next((one for one in ranked if one.name == YARDSTICK), None)
    with storage.work_folder() as folder, connect(scratch=folder, memory=MEMORY) as connection:
        _add_ahead(connection, result)
        _add_before(connection, task)
        _add_levels(connection, task)
        _add_stood_in(connection, result)
        contenders.add_best(connection, ranked)
        _add_errors(connection, "own", result, task.levels)
        _add_errors(connection, "other", yardstick, task.levels)
        path = folder / "series.parquet"
        why = reasons.why_sql(literal(result.name))
        write(connection, f"SELECT *, {why} AS why FROM ({_rows_sql(task)})", path)  # noqa: S608
        storage.put(path, key)


def write(connection: duckdb.DuckDBPyConnection, rows_sql: str, path: Path) -> None:
    """Write rows in the order that is asked for most, in parts of which a page needs few."""
    connection.execute(
        f"COPY (SELECT * FROM ({rows_sql}) ORDER BY level, skill NULLS LAST, place) "  # noqa: S608
        f"TO {literal(str(path))} "
        f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROWS_IN_A_GROUP})"
    )


def _rows_sql(task: PredictionTask) -> str:
    figures = ", ".join(f'own."{name}"' for name in _figures(task))
    joined = ("before", "own", "other", "levels", "parents", "nearest", "others")
    return (
        "SELECT ahead.place, ahead.unique_id, "  # noqa: S608
        f"coalesce(levels.level, '{BOTTOM}') AS level, parents.\"group\", "
        "ahead.first, ahead.total, before.last_total, "
        "CASE WHEN before.last_total > 0 THEN ahead.total / before.last_total - 1 END AS change, "
        "before.known, before.zeros, before.idle, before.constant, before.leap, before.leap_share, "
        f"{figures}, 1 - own.mae / nullif(other.mae, 0) AS skill, "
        "nearest.best, nearest.best_mae, 1 - best_mae / nullif(other.mae, 0) AS best_skill, "
        "others.reason AS stood_in FROM ahead "
        + " ".join(f"LEFT JOIN {name} USING (unique_id)" for name in joined)
    )


def _figures(task: PredictionTask) -> list[str]:
    return [*errors.FIGURES, *(f"coverage-{level}" for level in task.levels)]


def _add_ahead(connection: duckdb.DuckDBPyConnection, result: PredictionResult) -> None:
    """Make the table `ahead` of the forecast itself."""
    source = "answer"
    if result.result_path:
        source = parquet(results.file_of(result), numbered=True)
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
    """Make the tables `levels` and `parents`, empty where there are no totals."""
    path = levels.found(task)
    source = "(SELECT '' AS unique_id, '' AS level, 0 AS depth, '' AS member LIMIT 0)"
    source = source if path is None else parquet(path)
    connection.execute(
        f"CREATE TABLE levels AS SELECT {_label('unique_id', task)} AS unique_id, level FROM "  # noqa: S608
        f"(SELECT DISTINCT unique_id, level FROM {source})"
    )
    connection.execute(
        f'CREATE TABLE parents AS SELECT {_label("member", task)} AS unique_id, name AS "group" '  # noqa: S608
        f"FROM (SELECT member, arg_max(unique_id, depth) AS name FROM {source} "
        f"WHERE level NOT IN ('{BOTTOM}', '{TOTAL}') GROUP BY member)"
    )


def _label(column: str, task: PredictionTask) -> str:
    """A name of a series as labels of the answer have it, which name one of several columns too."""
    names = task.asked("names", [])
    if len(names) < 2:
        return column
    return f"{column} || '/' || unnest([{', '.join(literal(name) for name in names)}])"


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
) -> None:
    """Make a table of the errors of a model, empty where it was not tested."""
    path = errors.found(result.backtest_path) if result is not None else None
    if path is not None:
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM {parquet(path)}")  # noqa: S608
        return
    names = [*errors.FIGURES, *(f"coverage-{level}" for level in levels)]
    columns = ", ".join(f'"{one}" DOUBLE' for one in names)
    connection.execute(f"CREATE TABLE {name} (unique_id VARCHAR, {columns})")
