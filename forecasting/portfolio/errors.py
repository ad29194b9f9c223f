"""How far off a model was on each series: one row for each, written beside its past windows."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from datasets import storage
from forecasting.engine.backtest_result import BacktestResult

FIGURES: Final = ("mase", "mae", "rmse", "bias")
SUFFIX: Final = "-series.parquet"


def key_of(backtest: str) -> str:
    """Where the errors by series lie that belong to these past windows."""
    return backtest.removesuffix(".parquet") + SUFFIX


def write(tested: BacktestResult, backtest: str) -> None:
    """Store the figures of every series of a test, over all its windows.

    Coverage is in percent, as the engine measures it; what is undefined is null.
    """
    per_series: dict[str, dict[str, Any]] = tested.metrics["per_series"]
    rows = list(per_series.values())
    columns: dict[str, Any] = {"unique_id": pa.array(list(per_series), pa.string())}
    for name in FIGURES:
        columns[name] = pa.array([row[name] for row in rows], pa.float64())
    for level in sorted(tested.lower):
        inside = [row["coverage"][level] for row in rows]
        columns[f"coverage-{level:g}"] = pa.array(inside, pa.float64())
    with storage.work_folder() as folder:
        path = folder / "errors.parquet"
        pq.write_table(pa.table(columns), path, compression="zstd")
        storage.put(path, key_of(backtest))


def copy(before: str, backtest: str) -> None:
    """The same figures once more, for another copy of the past windows."""
    source = found(before)
    if source is None:
        return
    with storage.work_folder() as folder:
        path = folder / "errors.parquet"
        shutil.copyfile(source, path)
        storage.put(path, key_of(backtest))


def found(backtest: str) -> Path | None:
    """The file with the figures; None where nothing was tested by series."""
    if not backtest:
        return None
    try:
        return storage.local_copy(key_of(backtest))
    except FileNotFoundError:
        return None
