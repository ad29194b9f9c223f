"""Predictions, metrics and models as files."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from typing import Any, Final
from urllib.parse import quote

from django.http import HttpResponse
from django.utils.translation import gettext

from accounts.problems import Problem
from datasets import storage
from forecasting import ranking, results
from forecasting.models import PredictionResult, PredictionTask, TrainedModel
from forecasting.shown import ShownForecast

WHAT: Final = ("predictions", "metrics")
KINDS: Final = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
METRICS: Final = ("mase", "mae", "rmse", "mape", "smape", "wape", "rmsse", "bias")


def write(shown: ShownForecast, what: str, kind: str, series: str = "") -> str:
    """The text of a file with one series, or with all of them."""
    if what == "metrics":
        table = metrics_table(shown)
        return json.dumps({"metrics": table}, indent=1) if kind == "json" else _csv(table)
    rows = prediction_rows(shown, series)
    if kind == "csv":
        return _csv(rows)
    return json.dumps({**about(shown), "results": rows}, indent=1)


def as_file(shown: ShownForecast, what: str, kind: str, series: str) -> HttpResponse:
    """The download of `what` (predictions, metrics) as `kind` (csv, json); one series, or all.

    Raises Problem for anything else.
    """
    if what not in WHAT or kind not in KINDS:
        raise Problem(
            gettext("There is no such export. Ask for predictions or metrics, as csv or json.")
        )
    content = write(shown, what, kind, series)
    return _download(content, KINDS[kind], file_name(shown.task, what, kind))


def model_as_file(row: TrainedModel) -> HttpResponse:
    """The download of a trained model."""
    name = f"{row.type}-{str(row.pk)[:8]}.zip"
    return _download(model_archive(row), "application/zip", name)


def about(shown: ShownForecast) -> dict[str, Any]:
    """What the numbers are: the receipt in short."""
    task, result = shown.task, shown.chosen
    return {
        "forecast": str(task.pk),
        "name": task.name,
        "dataset": task.dataset.name,
        "version": task.version.number,
        "data_hash": task.version.content_hash,
        "model": result.name if result else None,
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
    clock = shown.task.version.clock
    columns: dict[str, list[Any]] = {
        "unique_id": [str(name) for name in frame["unique_id"]],
        "ds": [clock.iso_text(time) for time in results.iso(frame["ds"].to_numpy())],
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


def _download(content: str | bytes, kind: str, name: str) -> HttpResponse:
    plain = re.sub(r"[^A-Za-z0-9._-]+", "_", name)
    response = HttpResponse(content, content_type=kind)
    # Any script is allowed in a name; old programs read the plain one.
    response["Content-Disposition"] = (
        f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    )
    return response


def _metrics_row(
    result: PredictionResult, yardstick: dict[str, Any], levels: list[int]
) -> dict[str, Any]:
    row: dict[str, Any] = {"rank": result.rank, "model": result.name, "type": result.type}
    row |= {name: result.metrics.get(name) for name in METRICS}
    row["skill"] = ranking.skill(result.metrics, yardstick)
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
