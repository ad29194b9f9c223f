"""Predictions, metrics and models as files."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from typing import Any, Final
from urllib.parse import quote

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from django.http import HttpResponse
from django.utils.translation import gettext

from accounts.problems import Problem
from datasets import storage
from datasets.query import files
from forecasting import backtests, left_out, ranking, results
from forecasting.models import PredictionResult, PredictionTask, TrainedModel
from forecasting.naming import names as naming_names
from forecasting.naming import require_naming
from forecasting.shown import ShownForecast

WHAT: Final = ("predictions", "backtest", "metrics")
TEXTS: Final = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
METRICS: Final = ("mase", "mae", "rmse", "mape", "smape", "wape", "rmsse", "bias")
SECONDS: Final = ("fit_seconds", "predict_seconds", "seconds")
_TIMES: Final = frozenset({"ds", "cutoff"})


def write(shown: ShownForecast, what: str, kind: str, series: str = "", naming: str = "") -> str:
    """The text of a file with one series, or with all of them."""
    if what == "metrics":
        table = metrics_table(shown)
        return json.dumps({"metrics": table}, indent=1) if kind == "json" else _csv(table)
    rows = rows_of(shown, table_of(shown, what, series), naming)
    if kind == "csv":
        return _csv(rows)
    return json.dumps({**about(shown), "results": rows}, indent=1)


def as_file(
    shown: ShownForecast, what: str, kind: str, series: str, naming: str = ""
) -> HttpResponse:
    """The download of `what` (predictions, backtest, metrics) as `kind` (csv, json, and parquet or
    xlsx of numbers); one series, or all, with columns called after `naming`.

    Raises Problem for anything else.
    """
    kinds = TEXTS if what == "metrics" else files.KINDS
    if what not in WHAT or kind not in kinds:
        raise Problem(
            gettext(
                "There is no such export. Ask for predictions or backtest as csv, json, parquet "
                "or xlsx, or for metrics as csv or json."
            )
        )
    name = file_name(shown.task, what, kind)
    if kind in TEXTS:
        return download(write(shown, what, kind, series, naming), TEXTS[kind], name)
    content = _binary(shown, table_of(shown, what, series), kind, naming)
    return download(content, files.KINDS[kind].content_type, name)


def model_as_file(row: TrainedModel) -> HttpResponse:
    """The download of a trained model."""
    name = f"{row.type}-{str(row.pk)[:8]}.zip"
    return download(model_archive(row), "application/zip", name)


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
        "not_in_totals": left_out.facts(result) if result else None,
    }


def table_of(shown: ShownForecast, what: str = "predictions", series: str = "") -> pd.DataFrame:
    """Forecasts, or those of past windows beside what came, as they are stored."""
    assert shown.chosen is not None
    if what == "backtest":
        return backtests.read(shown.chosen, series)
    return results.table_of(shown.chosen, series)


def prediction_rows(
    shown: ShownForecast, series: str = "", naming: str = ""
) -> list[dict[str, Any]]:
    """`unique_id, ds, mean, lo-80, hi-80, …` as plain values; one series, or all."""
    return rows_of(shown, table_of(shown, series=series), naming)


def rows_of(shown: ShownForecast, frame: pd.DataFrame, naming: str = "") -> list[dict[str, Any]]:
    """Rows of a stored table as plain values, times on the clock of the dataset."""
    if frame.empty:
        return []
    clock = shown.task.version.clock
    called = _called(shown, frame, naming)
    columns: dict[str, list[Any]] = {}
    for name, shown_as in called.items():
        if name == "unique_id":
            columns[shown_as] = [str(label) for label in frame[name]]
        elif name in _TIMES:
            columns[shown_as] = [clock.iso_text(one) for one in results.iso(frame[name].to_numpy())]
        elif frame[name].dtype.kind in "iu":
            columns[shown_as] = frame[name].tolist()
        else:
            columns[shown_as] = results.floats(frame[name].to_numpy())
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


def _called(shown: ShownForecast, frame: pd.DataFrame, naming: str) -> dict[str, str]:
    assert shown.chosen is not None
    columns = [str(name) for name in frame.columns]
    return naming_names(columns, require_naming(naming), shown.chosen.name)


def _binary(shown: ShownForecast, frame: pd.DataFrame, kind: str, naming: str) -> bytes:
    """A Parquet file or an Excel sheet with typed columns, times on the clock of the dataset."""
    clock = shown.task.version.clock
    arrays, columns = [], []
    for name, shown_as in _called(shown, frame, naming).items():
        values = frame[name]
        if name in _TIMES and clock.moves:
            local = clock.local_texts(results.iso(values.to_numpy()))
            values = pd.Series(pd.to_datetime(local))
        if name in _TIMES:
            arrays.append(pa.array(values, pa.timestamp("us")))
        elif name == "unique_id":
            arrays.append(pa.array([str(label) for label in values], pa.string()))
        else:
            arrays.append(pa.array(values, from_pandas=True))
        columns.append((shown_as, "", "text" if name == "unique_id" else ""))
    keys = [f"c{number}" for number in range(1, len(arrays) + 1)]
    with storage.work_folder() as folder:
        source, target = folder / "rows.parquet", folder / f"file.{kind}"
        pq.write_table(pa.Table.from_arrays(arrays, names=keys), source)
        files.write_file(source, columns, files.KINDS[kind], target)
        return target.read_bytes()


def download(content: str | bytes, kind: str, name: str) -> HttpResponse:
    """A file of this media type under this name."""
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
    row |= {name: result.metrics.get(name) for name in SECONDS}
    tested = result.metrics.get("significance") or {}
    row |= {name: tested.get(name) for name in ("p_value", "p_better", "p_worse")}
    return row


def _csv(rows: list[dict[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]) if rows else ["unique_id", "ds"])
    writer.writeheader()
    writer.writerows({name: safe(value) for name, value in row.items()} for row in rows)
    return text.getvalue()


def safe(value: Any) -> Any:
    """A name that a spreadsheet would run as a formula is quoted."""
    if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"}:
        return f"'{value}"
    return value
