"""Predictions, metrics and models as files."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from typing import Any, Final
from urllib.parse import quote

from datasets import storage
from forecasting import racing, results
from forecasting.models import PredictionResult, PredictionTask, TrainedModel
from forecasting.shown import ShownForecast

WHAT: Final = ("predictions", "metrics")
KINDS: Final = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
METRICS: Final = ("mase", "mae", "rmse", "mape", "smape", "wape", "rmsse", "bias")


def write(shown: ShownForecast, what: str, kind: str, *, every_series: bool) -> str:
    """The text of a file. `every_series` asks for all of them, not the drawn one alone."""
    if what == "metrics":
        table = metrics_table(shown)
        return json.dumps({"metrics": table}, indent=1) if kind == "json" else _csv(table)
    rows = prediction_rows(shown, "" if every_series else shown.series)
    if kind == "csv":
        return _csv(rows)
    return json.dumps({**about(shown), "results": rows}, indent=1)


def about(shown: ShownForecast) -> dict[str, Any]:
    """What the numbers are: the receipt in short."""
    task, result = shown.task, shown.chosen
    return {
        "forecast": str(task.pk),
        "name": task.name,
        "dataset": task.dataset.name,
        "version": task.version.number,
        "data_hash": task.version.content_hash,
        "model": result.type if result else None,
        "horizon": task.horizon,
        "frequency": task.asked("frequency"),
        "levels": task.levels,
    }


def prediction_rows(shown: ShownForecast, series: str = "") -> list[dict[str, Any]]:
    """`unique_id, ds, mean, lo-80, hi-80, …` as plain values; one series, or all."""
    assert shown.chosen is not None
    frame = results.table_of(shown.chosen, series)
    if frame.empty:
        return []
    columns: dict[str, list[Any]] = {
        "unique_id": [str(name) for name in frame["unique_id"]],
        "ds": results.iso(frame["ds"].to_numpy()),
    }
    for name in frame.columns:
        if name not in columns:
            columns[str(name)] = results.floats(frame[name].to_numpy())
    names = list(columns)
    return [dict(zip(names, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def metrics_table(shown: ShownForecast) -> list[dict[str, Any]]:
    """One row a model: rank, figures of the backtest, coverage per level, seconds."""
    yardstick = shown.yardstick.metrics if shown.yardstick else {}
    return [_metrics_row(one, yardstick, shown.task.levels) for one in shown.ranked]


def model_archive(row: TrainedModel) -> bytes:
    """The folder of a saved model as a zip: safetensors and JSON, nothing that runs."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("model.json", "model.safetensors"):
            archive.write(storage.local_copy(f"{row.model_path}/{name}"), name)
    return content.getvalue()


def file_name(task: PredictionTask, what: str, kind: str) -> str:
    """`load-next-4-days-predictions.csv`."""
    stem = re.sub(r"[^\w.]+", "-", task.name, flags=re.UNICODE).strip("-.")[:80] or "forecast"
    return f"{stem}-{what}.{kind}".lower()


def disposition(name: str) -> str:
    """The header that names a download, any script allowed."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "_", name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"


def _metrics_row(
    result: PredictionResult, yardstick: dict[str, Any], levels: list[int]
) -> dict[str, Any]:
    row: dict[str, Any] = {"rank": result.rank, "model": result.type}
    row |= {name: result.metrics.get(name) for name in METRICS}
    row["skill"] = racing.skill(result.metrics, yardstick)
    row |= {f"coverage-{level}": result.coverage(level) for level in levels}
    row["windows"] = len(result.metrics.get("windows", ()))
    row["seconds"] = result.metrics.get("seconds")
    return row


def _csv(rows: list[dict[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]) if rows else ["unique_id", "ds"])
    writer.writeheader()
    writer.writerows({name: _safe(value) for name, value in row.items()} for row in rows)
    return text.getvalue()


def _safe(value: Any) -> Any:
    """A name that a spreadsheet would run as a formula is quoted."""
    if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"}:
        return f"'{value}"
    return value
