"""One model of a forecast as rows and files: itself, its answer, its past windows."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext

from datasets import storage
from forecasting import backtests, results
from forecasting.engine import artifacts
from forecasting.engine.backtest_result import BacktestResult
from forecasting.engine.forecast import Forecast
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.significance import compare_windows
from forecasting.models import PredictionResult, PredictionTask, TrainedModel
from forecasting.models.trained_model import name_label
from forecasting.portfolio import errors, levels
from forecasting.stood_in import KEPT, NOBODY, StoodIn
from jobs.models import Job

LISTED_CHANNELS: Final = 200
REFITTED: Final = "refitted"
# Metrics of a result keep the sums of every level of totals under this name.
LEVELS: Final = "levels"


@dataclass(frozen=True, eq=False)
class Answer:
    """What one model came to.

    `model` is ready to forecast from the last row; it learned from all rows where it is
    `refitted`, else from those before the first window. Seconds are of one fit and of the
    forecasts of the test. `stood_in` are the series of the forecast that are not its own.
    """

    name: str
    kind: str
    model: Forecaster
    forecast: Forecast
    tested: BacktestResult | None
    fit_seconds: float
    predict_seconds: float
    refitted: bool
    stood_in: StoodIn = NOBODY

    @property
    def seconds(self) -> float:
        """Both together."""
        return self.fit_seconds + self.predict_seconds

    def metrics(self, yardstick: BacktestResult | None) -> dict[str, Any]:
        """Figures of the backtest, what it took, and whether the gain over seasonal naive is
        more than luck.
        """
        kept = results.metrics_of(self.tested, self.seconds, list(self.forecast.notes))
        kept["fit_seconds"] = round(self.fit_seconds, 4)
        kept["predict_seconds"] = round(self.predict_seconds, 4)
        kept["significance"] = significance(self.tested, yardstick)
        return kept


def keep(
    task: PredictionTask,
    answer: Answer,
    *,
    yardstick: BacktestResult | None,
    history: dict[str, Any],
    job: Job,
) -> PredictionResult:
    """Write the model with its files and its result; a repeated attempt replaces its own."""
    model = _row(task, answer, job)
    model.metrics = answer.metrics(yardstick)
    if compared := levels.compared(answer.model, answer.forecast):
        model.metrics[LEVELS] = compared
    if others := answer.stood_in.with_model(answer.model).keep(task):
        model.metrics[KEPT] = others
    store(model, answer, f"models/{model.pk}")
    backtest = ""
    if answer.tested is not None:
        backtest = f"{results.folder_of(task)}/backtests/{model.pk}.parquet"
        backtests.write(answer.tested, backtest)
        errors.write(answer.tested, backtest)
    numbers, path = _numbers(task, f"{model.type}-{model.pk}", answer.forecast)
    result, _ = PredictionResult.objects.update_or_create(
        task=task,
        name=answer.name,
        defaults={
            "type": answer.kind,
            "model": model,
            "predictions": numbers,
            "metrics": model.metrics,
            "visualization_data": history,
            "result_path": path,
            "backtest_path": backtest,
        },
    )
    return result


@dataclass(frozen=True, eq=False)
class Said:
    """What a model says of all rows, and the series in it that are not its own."""

    model: Forecaster
    forecast: Forecast
    stood_in: StoodIn = NOBODY

    def metrics(self, task: PredictionTask, before: dict[str, Any]) -> dict[str, Any]:
        """Those of its test, and how many series are not its own."""
        kept = {name: value for name, value in before.items() if name not in {KEPT, LEVELS}}
        if compared := levels.compared(self.model, self.forecast):
            kept[LEVELS] = compared
        others = self.stood_in.with_model(self.model).keep(task)
        return kept | ({KEPT: others} if others else {})


def renew(task: PredictionTask, name: str, said: Said) -> None:
    """The winner has learned from all rows: new files, a new answer; its test stays what it was."""
    model, forecast = said.model, said.forecast
    result = task.results.select_related("model").get(name=name)
    row = result.model
    if row is None:
        return
    old_model, old_numbers = row.model_path, result.result_path
    row.metrics = result.metrics = said.metrics(task, result.metrics)
    # Other machines keep copies by key, so what is new gets new ones.
    store(row, Learned(model, forecast), f"models/{row.pk}-{REFITTED}")
    numbers, path = _numbers(task, f"{row.type}-{row.pk}-{REFITTED}", forecast)
    result.predictions, result.result_path = numbers, path
    result.save(update_fields=["predictions", "result_path", "metrics", "updated_at"])
    if old_model != row.model_path:
        transaction.on_commit(partial(storage.delete_tree, old_model))
    if old_numbers and old_numbers != path:
        transaction.on_commit(partial(storage.delete_file, old_numbers))


def carry(
    task: PredictionTask,
    before: PredictionResult,
    said: Said,
    history: dict[str, Any],
) -> PredictionResult:
    """What a model of an earlier run, which learned nothing new, says of newer rows.

    Its rank and its test stay what they were. A model that belongs to the data keeps what it took
    in, under a new key; one that was lent, or has no files, is left alone.
    """
    model, forecast = said.model, said.forecast
    row, name = before.model, f"{before.type}-{task.run}"
    old = row.model_path if row is not None else ""
    if row is not None and old and row.dataset_id == task.dataset_id:
        path = f"{storage.folder_of(row.dataset_id)}/models/{row.pk}-{task.pk}"
        row.model_path, row.size = path, _put(model, path)
        row.save(update_fields=["model_path", "size", "updated_at"])
        if old != path:
            transaction.on_commit(partial(storage.delete_tree, old))
    numbers, numbers_path = _numbers(task, f"{name}-{before.pk}", forecast)
    result: PredictionResult
    result, _ = PredictionResult.objects.update_or_create(
        task=task,
        name=before.name,
        defaults={
            "type": before.type,
            "model": row,
            "rank": before.rank,
            "predictions": numbers,
            "metrics": said.metrics(task, before.metrics),
            "visualization_data": history,
            "result_path": numbers_path,
            "backtest_path": _copied(task, before),
        },
    )
    return result


def significance(
    own: BacktestResult | None, yardstick: BacktestResult | None
) -> dict[str, Any] | None:
    """The Diebold–Mariano test of a model against seasonal naive; None where there is none."""
    if own is None or yardstick is None or own.model == yardstick.model:
        return None
    scales = own.scales if own.metric == "mase" else None
    # The windows do not overlap, so their errors reach no further than one cutoff.
    found = compare_windows(
        own.actual, own.mean, yardstick.mean, stride=own.mean.shape[2], scales=scales
    )
    return {name: _plain(value) for name, value in asdict(found).items()}


@dataclass(frozen=True, eq=False)
class Learned:
    """A model that learned from all rows, with its forecast from the last of them."""

    model: Forecaster
    forecast: Forecast
    refitted: bool = True


def _row(task: PredictionTask, answer: Answer, job: Job) -> TrainedModel:
    """The model that an earlier attempt of this job made, or a new one."""
    earlier = task.results.filter(name=answer.name).select_related("model").first()
    if earlier is not None and earlier.model is not None and earlier.model.job_id == job.pk:
        return earlier.model
    label = name_label(answer.name, answer.kind)
    words = {"model": label, "forecast": task.name}
    row: TrainedModel = TrainedModel.objects.create(
        owner_id=task.owner_id,
        name=(gettext("%(model)s for %(forecast)s") % words)[:250],
        type=answer.kind,
        dataset_id=task.dataset_id,
        version_id=task.version_id,
        job=job,
    )
    return row


def store(row: TrainedModel, answer: Answer | Learned, folder: str) -> None:
    """Write the folder of the model into storage, and what it is into its row."""
    path = f"{storage.folder_of(row.dataset_id)}/{folder}"
    row.model_path, row.size = path, _put(answer.model, path)
    row.parameters = artifacts.settings_of(answer.model) | {
        "horizon": answer.model.horizon_,
        "lookback": answer.model.lookback_,
        "channels": _listed(answer.forecast.channels),
        "refitted": answer.refitted,
        "report": {k: v for k, v in answer.model.report_.items() if k != "history"},
    }
    row.save(update_fields=["model_path", "size", "metrics", "parameters", "updated_at"])


def _numbers(task: PredictionTask, name: str, forecast: Forecast) -> tuple[dict[str, Any], str]:
    """The answer as JSON, or a summary and the key of its Parquet where it is long."""
    if results.points(forecast) <= results.MOST_POINTS:
        return results.as_json(forecast), ""
    path = f"{results.folder_of(task)}/{name}.parquet"
    return results.write_parquet(forecast, path), path


def _put(model: Forecaster, key: str) -> int:
    """Write the folder of a model into storage; answers its bytes."""
    storage.delete_tree(key)
    size = 0
    with storage.work_folder() as folder:
        for path in sorted(artifacts.save(model, folder / "model").iterdir()):
            size += path.stat().st_size
            storage.put(path, f"{key}/{path.name}")
    return size


def _copied(task: PredictionTask, before: PredictionResult) -> str:
    """The past windows once more, so that neither run misses them when the other one goes."""
    if not before.backtest_path:
        return ""
    path = f"{results.folder_of(task)}/backtests/{before.pk}.parquet"
    with storage.work_folder() as folder:
        copy = folder / "backtest.parquet"
        shutil.copyfile(storage.local_copy(before.backtest_path), copy)
        storage.put(copy, path)
        errors.copy(before.backtest_path, path)
    return path


def _listed(channels: Sequence[str]) -> list[str]:
    return list(channels[:LISTED_CHANNELS])


def _plain(value: Any) -> Any:
    """What JSON carries: a number that is none becomes None."""
    if isinstance(value, float) and value != value:
        return None
    return value
