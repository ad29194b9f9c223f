"""Every forecast of every past window beside what came: written once as Parquet, read in parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from datasets import storage
from forecasting.engine.backtest_result import BacktestResult
from forecasting.engine.forecast import flat
from forecasting.models import PredictionResult
from forecasting.results import iso

# More rows than this are thinned to the newest windows that hold fewer.
MOST_ROWS: Final = 2_000_000
COLUMNS: Final = ("window", "cutoff", "unique_id", "step", "ds", "y", "mean")


@dataclass(frozen=True)
class PastWindow:
    """One series in one window: ISO `times`, what came, what was forecast, bounds by level.

    Windows are numbered from 0, the oldest; a value that is not known is None.
    """

    number: int
    cutoff: str
    times: list[str]
    actual: list[float | None]
    mean: list[float]
    lower: dict[int, list[float]]
    upper: dict[int, list[float]]


def write(tested: BacktestResult, key: str) -> int:
    """Store the windows under `key`, the newest ones where all are too many; how many."""
    windows, *rest = tested.mean.shape
    kept = max(1, min(int(windows), MOST_ROWS // int(np.prod(rest))))
    with storage.work_folder() as folder:
        path = folder / "backtest.parquet"
        tables = (_table(tested, number) for number in range(windows - kept, windows))
        first = next(tables)
        with pq.ParquetWriter(path, first.schema, compression="zstd") as file:
            file.write_table(first)
            for table in tables:
                file.write_table(table)
        storage.put(path, key)
    return kept


def read(result: PredictionResult, label: str = "", window: int | None = None) -> pd.DataFrame:
    """Rows `window, cutoff, unique_id, step, ds, y, mean, lo-80, hi-80, …`; all of them, or those
    of one series, of one window. Empty where nothing was tested.
    """
    if not result.backtest_path:
        return pd.DataFrame(columns=list(COLUMNS))
    filters: list[tuple[str, str, Any]] = []
    if label:
        filters.append(("unique_id", "=", label))
    if window is not None:
        filters.append(("window", "=", window))
    path = storage.local_copy(result.backtest_path)
    frame: pd.DataFrame = pq.read_table(path, filters=filters or None).to_pandas()
    return frame.astype({"unique_id": object})


def levels_of(frame: pd.DataFrame) -> list[int]:
    """Interval levels in percent that the rows hold, narrow first."""
    return sorted(int(name[3:]) for name in frame.columns if name.startswith("lo-"))


def cutoffs(result: PredictionResult) -> list[tuple[int, str]]:
    """The windows that were kept: number and the newest time seen, the oldest first."""
    if not result.backtest_path:
        return []
    path = storage.local_copy(result.backtest_path)
    table = pq.read_table(path, columns=["window", "cutoff"]).to_pandas()
    newest = table.groupby("window", sort=True)["cutoff"].max()
    return list(zip((int(n) for n in newest.index), iso(newest.to_numpy()), strict=True))


def windows_of(result: PredictionResult, label: str) -> list[PastWindow]:
    """Every window of one series, the oldest first."""
    frame = read(result, label)
    numbers = sorted(int(number) for number in frame["window"].unique())
    return [_window(number, frame[frame["window"] == number]) for number in numbers]


def window_of(result: PredictionResult, label: str, number: int) -> PastWindow | None:
    """One window of one series; None where there is none."""
    rows = read(result, label, number)
    return None if rows.empty else _window(number, rows)


def by_step(result: PredictionResult, label: str = "") -> pd.DataFrame:
    """Error by horizon step over all windows: `step, mae, rmse, bias, values, coverage-80, …`.

    `bias` is the mean of forecast less actual; coverage is a share, 0 to 1.
    """
    frame = read(result, label)
    frame = frame[frame["y"].notna()]
    gap = frame["mean"] - frame["y"]
    table = pd.DataFrame({"step": frame["step"], "mae": gap.abs(), "rmse": gap**2, "bias": gap})
    for level in levels_of(frame):
        inside = (frame["y"] >= frame[f"lo-{level}"]) & (frame["y"] <= frame[f"hi-{level}"])
        table[f"coverage-{level}"] = inside.astype(float)
    grouped = table.groupby("step", sort=True)
    found = grouped.mean()
    found["rmse"] = np.sqrt(found["rmse"])
    found.insert(3, "values", grouped.size())
    return found.reset_index()


def residuals(result: PredictionResult, label: str) -> pd.DataFrame:
    """What came less what was forecast: `window, step, ds, residual`, in the order of time.

    Missing values are left out.
    """
    frame = read(result, label)
    frame = frame[frame["y"].notna()].assign(residual=lambda rows: rows["y"] - rows["mean"])
    return frame.sort_values(["ds", "step"])[["window", "step", "ds", "residual"]]


def _table(tested: BacktestResult, number: int) -> pa.Table:
    """The rows of one window; names of series are kept once."""
    _, series, steps, channels = tested.mean.shape
    labels = len(tested.labels)
    codes = np.repeat(np.arange(labels, dtype=np.int32), steps)
    dictionary = pa.array(list(tested.labels), pa.string())
    columns: dict[str, Any] = {
        "window": np.full(labels * steps, number, dtype=np.int32),
        "cutoff": np.repeat(tested.cutoffs[number], channels * steps),
        "unique_id": pa.DictionaryArray.from_arrays(pa.array(codes), dictionary),
        "step": np.tile(np.arange(1, steps + 1, dtype=np.int32), labels),
        "ds": _tall(tested.times[number], channels),
        "y": pa.array(flat(tested.actual[number]), from_pandas=True),
        "mean": flat(tested.mean[number]),
    }
    assert series * channels == labels
    for level in sorted(tested.lower):
        columns[f"lo-{level:g}"] = flat(tested.lower[level][number])
        columns[f"hi-{level:g}"] = flat(tested.upper[level][number])
    return pa.table(columns)


def _tall(times: NDArray[Any], channels: int) -> NDArray[Any]:
    """Times `[S, H]` for every channel, as the values lie."""
    series, steps = times.shape
    tall = np.broadcast_to(times[:, None, :], (series, channels, steps))
    return np.ascontiguousarray(tall).reshape(-1)


def _window(number: int, rows: pd.DataFrame) -> PastWindow:
    rows = rows.sort_values("step")
    levels = levels_of(rows)
    return PastWindow(
        number=number,
        cutoff=iso(rows["cutoff"].to_numpy()[:1])[0],
        times=iso(rows["ds"].to_numpy()),
        actual=[None if np.isnan(value) else float(value) for value in rows["y"].to_numpy()],
        mean=rows["mean"].tolist(),
        lower={level: rows[f"lo-{level}"].tolist() for level in levels},
        upper={level: rows[f"hi-{level}"].tolist() for level in levels},
    )
