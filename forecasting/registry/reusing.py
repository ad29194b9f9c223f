"""A trained model used on other data: no fit, its own test on past windows there, one forecast."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext

from accounts.models.user import User
from accounts.problems import Conflict
from datasets.models import Dataset
from forecasting import asking, backtests, recipe, results
from forecasting.engine import artifacts
from forecasting.engine.backtest import backtest
from forecasting.engine.backtest_result import BacktestResult, collect
from forecasting.engine.errors import SettingsError, TooShortError
from forecasting.engine.forecast import Forecast
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.race.course import Course
from forecasting.engine.registry import create
from forecasting.models import PredictionResult, PredictionTask, TrainedModel
from forecasting.models.trained_model import YARDSTICK
from forecasting.registry.fitting_data import Shape, chosen_targets, covariate_keys
from forecasting.serving import places
from forecasting.serving.answering import fetched
from jobs.models import Job
from jobs.progress import Progress

KIND: Final = "forecast_reuse"


@dataclass(frozen=True)
class Reuse:
    """A model on a dataset; without targets the columns called as the model's."""

    model: TrainedModel
    dataset: Dataset
    targets: Sequence[str] = ()
    levels: Sequence[int] = (80, 95)
    name: str = ""


@dataclass(frozen=True, eq=False)
class Finish:
    """What one model said of the data, and how it did on past windows there."""

    forecast: Forecast
    tested: BacktestResult | None


def prepare(wish: Reuse, *, owner: User) -> PredictionTask:
    """The forecast to make, checked and not yet saved.

    Raises Conflict while the model is not ready, ForecastProblem saying what does not fit.
    """
    if not wish.model.is_ready:
        raise Conflict(gettext("This model is not trained yet. Wait until its state is ready."))
    made = wish.model.registered.recipe if hasattr(wish.model, "registered") else {}
    shape = Shape.of(wish.model, made)
    version = asking.check_version(wish.dataset)
    columns = chosen_targets(shape, version, wish.targets)
    covariates = covariate_keys(shape, version, made)
    name = wish.name or gettext("%(column)s by %(model)s v%(number)s") % {
        "column": columns[0].name,
        "model": wish.model.registered.line.name,
        "number": wish.model.registered.number,
    }
    kept = {key: made[key] for key in ("calendar", "bounds", "seasons", "seed") if key in made}
    return PredictionTask(
        owner=owner,
        dataset=wish.dataset,
        version=version,
        name=name[:200],
        parameters=kept
        | {
            "targets": [column.key for column in columns],
            "names": [column.name for column in columns],
            "horizon": shape.horizon,
            "quality": str(PredictionTask.Quality.INSTANT),
            "levels": list(wish.levels),
            "frequency": version.frequency,
            "lent_model": str(wish.model.pk),
            **({"covariates": covariates} if covariates else {}),
        },
    )


def pool_for(model: TrainedModel) -> str:
    """Where the job runs: what may need torch never comes near processes that are forked."""
    return Job.Pool.FAST if places.answers_here(model.type) else Job.Pool.TRAINING


def answer(task: PredictionTask, run: Progress) -> None:
    """Test the model on past windows of the data, forecast, and commit both at once.

    The model that was asked for leads, whatever the test says: the test says it beside it. Raises
    EngineError where the data do not allow it.
    """
    row = _lent(task)
    made = recipe.of_task(task)
    run.report(0.1)
    model = artifacts.load(fetched(row.model_path)[0])
    course = made.course()
    tested = _tested(model, course, made.levels, same_data=row.dataset_id == task.dataset_id)
    run.report(0.6)
    finish = Finish(model.predict(made.panel, levels=made.levels), tested)
    yardstick = _yardstick(course, tested)
    with transaction.atomic():
        run.fence()
        history = results.history_of(made.panel, made.horizon)
        _keep(task, row, finish, history)
        _keep(task, None, yardstick, history)
        PredictionTask.objects.filter(pk=task.pk).update(
            receipt=_receipt(course, row, tested), result_path=results.folder_of(task)
        )
        task.results.filter(model=row).update(rank=1)
        task.results.filter(model=None).update(rank=2)
        PredictionTask.objects.filter(pk=task.pk).update(model=row)


def _lent(task: PredictionTask) -> TrainedModel:
    row: TrainedModel | None = (
        TrainedModel.objects.select_related("registered__line", "dataset")
        .filter(pk=task.asked("lent_model"))
        .first()
    )
    if row is None:
        raise Conflict(gettext("The model was deleted meanwhile. Choose another one."))
    return row


def _tested(
    model: Forecaster, course: Course, levels: Sequence[float], *, same_data: bool
) -> BacktestResult | None:
    """The model as it is on past windows that it has not learned from; None without any."""
    ends = course.ends
    if same_data:
        # Only what came after its training is new to it.
        known = model.context_.future_times(1).max()
        ends = [end for end in ends if course.tested.drop_last(end).future_times(1).min() >= known]
    if not ends:
        return None
    with suppress(TooShortError):
        forecasts = list(model.predict_at(course.tested, ends, levels))
        return collect(course.tested, forecasts, ends)
    return None


def _yardstick(course: Course, tested: BacktestResult | None) -> Finish:
    """Seasonal naive on the same windows."""
    model = create(YARDSTICK).fit(course.panel, horizon=course.horizon)
    other = None
    if tested is not None:
        with suppress(SettingsError, TooShortError):
            other = backtest(
                create(YARDSTICK),
                course.tested,
                horizon=course.horizon,
                windows=len(tested.mean),
                stride=course.origin.stride if course.origin else None,
                levels=course.levels,
            )
    return Finish(model.predict(levels=course.levels), other)


def _keep(
    task: PredictionTask, row: TrainedModel | None, finish: Finish, history: dict[str, Any]
) -> None:
    name = row.type if row else YARDSTICK
    folder = results.folder_of(task)
    large = results.points(finish.forecast) > results.MOST_POINTS
    key = f"{folder}/{name}.parquet" if large else ""
    points = (
        results.write_parquet(finish.forecast, key) if large else results.as_json(finish.forecast)
    )
    tested = f"{folder}/backtests/{name}.parquet" if finish.tested is not None else ""
    if finish.tested is not None:
        backtests.write(finish.tested, tested)
    PredictionResult.objects.update_or_create(
        task=task,
        name=name,
        defaults={
            "type": name,
            "model": row,
            "predictions": points,
            "metrics": results.metrics_of(finish.tested, 0.0, list(finish.forecast.notes)),
            "visualization_data": history,
            "result_path": key,
            "backtest_path": tested,
        },
    )


def _receipt(course: Course, row: TrainedModel, tested: BacktestResult | None) -> dict[str, Any]:
    panel = course.panel
    ends = panel.frequency.at(panel.starts, panel.lengths - 1)
    return {
        "rows": int(panel.lengths.max()),
        "series": len(panel.labels),
        "values": int(panel.values.size),
        "missing": int((~panel.mask).sum()),
        "windows": len(tested.mean) if tested is not None else 0,
        "tested_series": len(tested.labels) if tested is not None else 0,
        "last": results.iso(ends.max(keepdims=True))[0],
        "lent": {"model": str(row.pk), "line": row.registered.line.name},
    }
