"""Forecasts as rows of the database: written once, read as tables and as single series."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from numpy.typing import NDArray

from datasets import storage
from forecasting.engine import averaging
from forecasting.engine.backtest import BacktestResult
from forecasting.engine.forecast import Forecast
from forecasting.engine.panel import Panel
from forecasting.models import PredictionResult, PredictionTask

MOST_POINTS: Final = 5_000
# Series whose history travels with a result; charts of others read the dataset.
DRAWN_SERIES: Final = 20
LISTED_SERIES: Final = 200
HISTORY_SPANS: Final = 2.5
LEAST_HISTORY, MOST_HISTORY = 48, 2_000


@dataclass(frozen=True)
class Line:
    """One series of a forecast: ISO `times` and floats, bounds by level in percent."""

    id: str
    times: list[str]
    mean: list[float]
    lower: dict[int, list[float]]
    upper: dict[int, list[float]]


def folder_of(task: PredictionTask) -> str:
    """Where the files of a forecast lie; they go with their dataset."""
    return f"{storage.folder_of(task.dataset_id)}/forecasts/{task.pk}"


def points(forecast: Forecast) -> int:
    """How many values a forecast has."""
    return int(forecast.mean.size)


def as_json(forecast: Forecast) -> dict[str, Any]:
    """The forecast with all its points, for at most 5,000 of them."""
    frame = _known(forecast)
    labels, series = [], []
    for label, rows in frame.groupby("unique_id", sort=False):
        labels.append(str(label))
        series.append(
            {
                "id": str(label),
                "times": iso(rows["ds"].to_numpy()),
                "mean": floats(rows[forecast.model].to_numpy()),
                "lower": {
                    f"{p:g}": floats(rows[f"{forecast.model}-lo-{p:g}"].to_numpy())
                    for p in forecast.lower
                },
                "upper": {
                    f"{p:g}": floats(rows[f"{forecast.model}-hi-{p:g}"].to_numpy())
                    for p in forecast.upper
                },
            }
        )
    return {"points": len(frame), "labels": labels, "series": series}


def write_parquet(forecast: Forecast, key: str) -> dict[str, Any]:
    """Store a large forecast under `key`; answers what the row keeps instead of the points."""
    frame = _plain_names(forecast)
    with storage.work_folder() as folder:
        path = folder / "predictions.parquet"
        frame.to_parquet(path, compression="zstd", index=False)
        storage.put(path, key)
    labels = [str(label) for label in frame["unique_id"].unique()]
    return {
        "points": len(frame),
        "labels": labels[:LISTED_SERIES],
        "labels_total": len(labels),
        "start": {},
    }


def file_of(result: PredictionResult) -> Path:
    """The table of a large result. The winner of a race learns once more and replaces its file; who
    meets that moment gets the new one.
    """
    try:
        return storage.local_copy(result.result_path)
    except FileNotFoundError:
        result.refresh_from_db(fields=["result_path"])
        return storage.local_copy(result.result_path)


def labels_of(result: PredictionResult) -> list[str]:
    """Names of the series of a result, at most 200 of a large one."""
    labels: list[str] = result.predictions.get("labels", [])
    return labels


def labels_with(result: PredictionResult, text: str, most: int) -> list[str]:
    """Names of series that hold `text`, in their order, read from the file of a large result."""
    path = file_of(result)
    column = pq.read_table(path, columns=["unique_id"])["unique_id"]
    names = (str(name) for name in column.unique().to_pylist())
    return list(islice((name for name in names if text.casefold() in name.casefold()), most))


def line_of(result: PredictionResult, label: str) -> Line | None:
    """One series of a result; None when it has no such series."""
    if result.result_path:
        return _line_from_parquet(result, label)
    for one in result.predictions.get("series", []):
        if one["id"] == label:
            return Line(
                id=label,
                times=one["times"],
                mean=one["mean"],
                lower={int(p): values for p, values in one["lower"].items()},
                upper={int(p): values for p, values in one["upper"].items()},
            )
    return None


def means_of(result: PredictionResult, labels: Sequence[str]) -> dict[str, list[float]]:
    """The forecasts of some series, without their bounds."""
    if not result.result_path:
        kept = {str(one["id"]): one["mean"] for one in result.predictions.get("series", [])}
        return {label: kept[label] for label in labels if label in kept}
    path = file_of(result)
    chosen = [("unique_id", "in", list(labels))]
    rows = pq.read_table(path, columns=["unique_id", "ds", "mean"], filters=chosen).to_pandas()
    grouped = rows.sort_values("ds").groupby("unique_id", sort=False, observed=True)["mean"]
    return {str(label): values.tolist() for label, values in grouped}


def table_of(result: PredictionResult, label: str = "") -> pd.DataFrame:
    """The whole answer: `unique_id, ds, mean, lo-80, hi-80, …`; one series with `label`."""
    if result.result_path:
        filters = [("unique_id", "=", label)] if label else None
        path = file_of(result)
        table: pd.DataFrame = pq.read_table(path, filters=filters).to_pandas()
        return table
    frames = []
    for one in result.predictions.get("series", []):
        if label and one["id"] != label:
            continue
        columns: dict[str, Any] = {"unique_id": one["id"], "ds": pd.to_datetime(one["times"])}
        columns["mean"] = one["mean"]
        for level in one["lower"]:
            columns[f"lo-{level}"] = one["lower"][level]
            columns[f"hi-{level}"] = one["upper"][level]
        frames.append(pd.DataFrame(columns))
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def history_of(panel: Panel, horizon: int) -> dict[str, Any]:
    """What a chart shows before the forecast: the last rows of the first series."""
    wanted = int(np.clip(HISTORY_SPANS * horizon, LEAST_HISTORY, MOST_HISTORY))
    tail = panel.tail(max(wanted, min(2 * horizon, MOST_HISTORY)))
    history: dict[str, Any] = {}
    labels = iter(panel.labels[:DRAWN_SERIES])
    for place, name in enumerate(tail.ids):
        times = iso(tail.times(name).to_numpy())
        for channel in range(len(tail.channels)):
            label = next(labels, None)
            if label is None:
                return {"history": history}
            history[label] = {"times": times, "values": floats(tail.at(place)[:, channel])}
    return {"history": history}


def metrics_of(tested: BacktestResult | None, seconds: float, notes: list[str]) -> dict[str, Any]:
    """What a result keeps of its backtest: pooled figures, one row a window, one per series."""
    kept: dict[str, Any] = {"seconds": round(seconds, 4), "notes": notes, "windows": []}
    if tested is None:
        return kept
    pooled = {k: v for k, v in tested.metrics.items() if k not in {"per_step", "per_series"}}
    for name in ("coverage", "width", "pinball"):
        pooled[name] = {f"{level:g}": value for level, value in pooled[name].items()}
    per_series = dict(list(tested.metrics["per_series"].items())[:LISTED_SERIES])
    kept |= pooled
    kept["windows"] = [_window(tested, place) for place in range(len(tested.mean))]
    kept["per_step"] = {"mae": tested.metrics["per_step"]["mae"]}
    kept["per_series"] = {
        label: {name: figures[name] for name in ("mae", "rmse", "mase")}
        for label, figures in per_series.items()
    }
    return kept


def iso(times: NDArray[Any]) -> list[str]:
    """Times as people and programs write them, to the second (or finer where needed)."""
    stamps = times.astype("datetime64[ms]")
    whole = stamps.astype("datetime64[s]")
    return [str(stamp) for stamp in (whole if np.all(stamps == whole) else stamps)]


def floats(values: NDArray[Any]) -> list[Any]:
    """Numbers as JSON carries them: what is not finite becomes None."""
    return [value if math.isfinite(value) else None for value in values.tolist()]


def _window(tested: BacktestResult, place: int) -> dict[str, Any]:
    actual, mean = tested.actual[place], tested.mean[place]
    known = ~np.isnan(actual)
    errors = np.abs(actual - mean)[known]
    inside = {
        f"{level:g}": _share(
            (actual >= tested.lower[level][place]) & (actual <= tested.upper[level][place]), known
        )
        for level in tested.lower
    }
    return {
        "cutoff": iso(tested.cutoffs[place].max(keepdims=True))[0],
        "mae": float(errors.mean()) if errors.size else None,
        "mase": _scaled(tested, place),
        "values": int(known.sum()),
        "coverage": inside,
    }


def _scaled(tested: BacktestResult, place: int) -> float | None:
    """Mean error of a window in naive errors of each series; None where no series has one."""
    if tested.scales is None:
        return None
    gaps = np.abs(tested.actual[place] - tested.mean[place])
    found = averaging.mean(gaps / averaging.positive(tested.scales)[:, None, :], None)
    return None if np.isnan(found) else float(found)


def _share(inside: NDArray[np.bool_], known: NDArray[np.bool_]) -> float | None:
    return float(inside[known].mean()) if known.any() else None


def _known(forecast: Forecast) -> pd.DataFrame:
    """Its table, without what nobody could forecast."""
    frame = forecast.to_frame()
    return frame[frame[forecast.model].notna()]


def _plain_names(forecast: Forecast) -> pd.DataFrame:
    frame = _known(forecast)
    prefix = f"{forecast.model}-"
    return frame.rename(
        columns={
            name: "mean" if name == forecast.model else str(name).removeprefix(prefix)
            for name in frame.columns
        }
    )


def _line_from_parquet(result: PredictionResult, label: str) -> Line | None:
    rows = table_of(result, label)
    if rows.empty:
        return None
    levels = [int(name[3:]) for name in rows.columns if name.startswith("lo-")]
    return Line(
        id=label,
        times=iso(rows["ds"].to_numpy()),
        mean=floats(rows["mean"].to_numpy()),
        lower={level: floats(rows[f"lo-{level}"].to_numpy()) for level in levels},
        upper={level: floats(rows[f"hi-{level}"].to_numpy()) for level in levels},
    )
