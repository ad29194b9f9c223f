"""Models side by side: the same past windows for all, one order, one leader."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from datasets import storage
from forecasting import backtests, results
from forecasting.asking import windows_for
from forecasting.engine import artifacts
from forecasting.engine.backtest import BacktestResult, backtest, replay
from forecasting.engine.forecast import Forecast
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.panel import Panel
from forecasting.engine.watch import ShouldStop
from forecasting.models import PredictionResult, PredictionTask, TrainedModel
from forecasting.models.trained_model import YARDSTICK, type_label
from jobs.models import Job

# Who leads while nobody was tested.
_UNTESTED_ORDER = ("linear_stack", "linear", "seasonal_naive", "naive")


@dataclass(frozen=True, eq=False)
class Course:
    """The data of a race and the newest part of it that every model is tested on.

    `tested` holds the series long enough for `windows` past windows of `horizon` steps; it is
    None when there is no such series.
    """

    panel: Panel
    tested: Panel | None
    horizon: int
    windows: int
    levels: Sequence[int]

    @staticmethod
    def plan(panel: Panel, horizon: int, levels: Sequence[int]) -> Course:
        """As many windows as fit into the newest fifth of the longest series."""
        windows = windows_for(int(panel.lengths.max()), horizon)
        needed = windows * horizon + max(horizon + 4, 8)
        ids = [name for name, rows in zip(panel.ids, panel.lengths, strict=True) if rows >= needed]
        tested = panel.select(ids) if len(ids) < len(panel) else panel
        return Course(panel, tested if ids else None, horizon, windows if ids else 0, levels)

    @property
    def past(self) -> Panel:
        """The rows before the oldest cutoff: all that a tested model may learn from."""
        if self.tested is None:
            return self.panel
        return self.tested.drop_last(self.windows * self.horizon)


@dataclass(frozen=True, eq=False)
class Finish:
    """One model at the end: fitted, its forecast, its backtest and the seconds it took."""

    model: Forecaster
    forecast: Forecast
    tested: BacktestResult | None
    seconds: float


def run_quick(model: Forecaster, course: Course, should_stop: ShouldStop | None = None) -> Finish:
    """Fit on all rows, forecast, and backtest a fresh copy on the past windows."""
    began = time.perf_counter()
    model.fit(course.panel, horizon=course.horizon, should_stop=should_stop)
    forecast = model.predict(levels=course.levels)
    seconds = time.perf_counter() - began
    tested = None
    if course.tested is not None:
        tested = backtest(
            model,
            course.tested,
            horizon=course.horizon,
            windows=course.windows,
            levels=course.levels,
            should_stop=should_stop,
        )
    return Finish(model, forecast, tested, seconds)


def run_trained(model: Forecaster, course: Course, seconds: float) -> Finish:
    """Forecast with a model that was fitted on `course.past`, and test that very model."""
    tested = None
    if course.tested is not None:
        tested = replay(model, course.tested, windows=course.windows, levels=course.levels)
    return Finish(model, model.predict(course.panel, levels=course.levels), tested, seconds)


def keep(
    task: PredictionTask,
    finish: Finish,
    *,
    history: dict[str, Any],
    job: Job,
    row: TrainedModel | None = None,
) -> PredictionResult:
    """Write the model with its files and its result; a repeated attempt replaces its own."""
    model = row or _row(task, finish.model, job)
    path = f"{storage.folder_of(task.dataset_id)}/models/{model.pk}"
    model.model_path, model.size = path, _store(finish.model, path)
    model.metrics = results.metrics_of(finish.tested, finish.seconds, list(finish.forecast.notes))
    model.parameters = artifacts.settings_of(finish.model) | {
        "horizon": finish.model.horizon_,
        "lookback": finish.model.lookback_,
        "channels": list(finish.forecast.channels[:200]),
        "report": {k: v for k, v in finish.model.report_.items() if k != "history"},
    }
    model.save(update_fields=["model_path", "size", "metrics", "parameters", "updated_at"])
    large = results.points(finish.forecast) > results.MOST_POINTS
    key = f"{results.folder_of(task)}/{model.type}-{model.pk}.parquet" if large else ""
    answer = (
        results.write_parquet(finish.forecast, key) if large else results.as_json(finish.forecast)
    )
    tested = f"{results.folder_of(task)}/backtests/{model.type}-{model.pk}.parquet"
    if finish.tested is not None:
        backtests.write(finish.tested, tested)
    result, _ = PredictionResult.objects.update_or_create(
        task=task,
        name=model.type,
        defaults={
            "type": model.type,
            "model": model,
            "predictions": answer,
            "metrics": model.metrics,
            "visualization_data": history,
            "result_path": key,
            "backtest_path": tested if finish.tested is not None else "",
        },
    )
    return result


def score(metrics: dict[str, Any]) -> float | None:
    """What models are ranked by: MASE, or the mean absolute error where that is undefined."""
    for name in ("mase", "mae"):
        if metrics.get(name) is not None:
            return float(metrics[name])
    return None


def skill(metrics: dict[str, Any], yardstick: dict[str, Any]) -> float | None:
    """1 − error / error of seasonal naive on the same windows; None where undefined."""
    for name in ("mase", "mae"):
        own, other = metrics.get(name), yardstick.get(name)
        if own is not None and other:
            return 1 - float(own) / float(other)
    return None


def place_all(task: PredictionTask) -> PredictionResult | None:
    """Rank the results of a forecast and make the best one its leader; answers the leader."""
    with transaction.atomic():
        found = list(task.results.select_related("model"))
        found.sort(key=_order)
        yardstick: dict[str, Any] = next(
            (one.metrics for one in found if one.type == YARDSTICK), {}
        )
        for rank, result in enumerate(found, 1):
            PredictionResult.objects.filter(pk=result.pk).update(rank=rank)
            if result.model_id:
                TrainedModel.objects.filter(pk=result.model_id).update(
                    accuracy=skill(result.metrics, yardstick)
                )
        leader = found[0] if found else None
        task.model = leader.model if leader else None
        PredictionTask.objects.filter(pk=task.pk).update(model=task.model)
    return leader


def _order(result: PredictionResult) -> tuple[bool, float, int]:
    own = score(result.metrics)
    known = result.type in _UNTESTED_ORDER
    place = _UNTESTED_ORDER.index(result.type) if known else len(_UNTESTED_ORDER)
    return own is None, own or 0.0, place


def _row(task: PredictionTask, model: Forecaster, job: Job) -> TrainedModel:
    earlier = TrainedModel.objects.filter(job=job, type=model.name).first()
    return earlier or new_row(task, model.name, job)


def new_row(task: PredictionTask, kind: str, job: Job) -> TrainedModel:
    """A model of this forecast that is being trained by `job`."""
    return TrainedModel.objects.create(
        owner_id=task.owner_id,
        name=_name(kind, task),
        type=kind,
        dataset_id=task.dataset_id,
        version_id=task.version_id,
        job=job,
    )


def _name(kind: str, task: PredictionTask) -> str:
    """`LSTM for OT, next 4 days`, in the language of the owner."""
    words = {"model": type_label(kind), "forecast": task.name}
    return (gettext("%(model)s for %(forecast)s") % words)[:250]


def _store(model: Forecaster, key: str) -> int:
    """Write the folder of a model into storage; answers its bytes."""
    storage.delete_tree(key)
    size = 0
    with storage.work_folder() as folder:
        for path in sorted(artifacts.save(model, folder / "model").iterdir()):
            size += path.stat().st_size
            storage.put(path, f"{key}/{path.name}")
    return size
