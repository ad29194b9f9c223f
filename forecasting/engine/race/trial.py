"""One model on the course: fitted before the first window, or before each, asked from every one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from forecasting.engine.backtest_result import BacktestResult, collect
from forecasting.engine.errors import gettext_noop
from forecasting.engine.forecast import Forecast
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.panel import Panel
from forecasting.engine.race.course import Course
from forecasting.engine.race.so_far import SoFar
from forecasting.engine.watch import Watch

# Of the work, what the fit is.
FIT_SHARE: Final = 0.8
TESTING: Final = gettext_noop("Forecasting past windows")


@dataclass(frozen=True, eq=False)
class Trial:
    """The model as it was fitted, its forecasts beside what came, and what they took.

    Without windows there is no ``result``. ``fit_seconds`` are of one fit.
    """

    model: Forecaster
    result: BacktestResult | None
    fit_seconds: float
    predict_seconds: float


def try_out(
    model: Forecaster, course: Course, watch: Watch, checkpoint: Path | None = None
) -> Trial:
    """Fit a fresh copy of ``model`` on the past and forecast every window.

    On a course without windows it learns from all rows and is not scored. A training that keeps
    its state in the folder ``checkpoint`` goes on from there.
    """
    began = time.perf_counter()
    fitting = watch.part(0.0, FIT_SHARE if course.windows else 1.0)
    fitted = model.fresh()
    fitted.on_epoch = fitted.on_shards = watch.tell
    fitted.fit(
        course.past,
        horizon=course.horizon,
        progress=fitting.report,
        should_stop=watch.should_stop,
        checkpoint=checkpoint,
        budget=watch.budget,
    )
    fitted.on_epoch = fitted.on_shards = None
    fit_seconds = time.perf_counter() - began
    began = time.perf_counter()
    result = _tested(fitted, course, watch.part(FIT_SHARE, 1.0)) if course.windows else None
    return Trial(fitted, result, fit_seconds, time.perf_counter() - began)


def try_each(model: Forecaster, course: Course, watch: Watch) -> Trial:
    """The same with a fit before every window on all rows before it; the last one is kept.

    A model that can add the rows since the window before to what it learned does that instead.
    """
    so_far, found = SoFar(course, watch), list[Forecast]()
    fitting = predicting = 0.0
    fitted: Forecaster | None = None
    for place, end in enumerate(course.ends):
        part = watch.part(place / course.windows, (place + 1) / course.windows)
        began = time.perf_counter()
        past = course.tested.drop_last(end)
        grown = None if fitted is None else fitted.grown(past)
        fitted = grown or _anew(model, past, course, part, course.windows - place)
        fitting += time.perf_counter() - began
        began = time.perf_counter()
        found.append(fitted.predict(levels=course.levels))
        predicting += time.perf_counter() - began
        so_far.add(found[-1])
    assert fitted is not None
    result = collect(course.tested, found, course.ends)
    return Trial(fitted, result, fitting / course.windows, predicting)


def _anew(model: Forecaster, past: Panel, course: Course, watch: Watch, fits: int) -> Forecaster:
    """A fresh copy fitted within its share of the time, when so many fits are still to come."""
    fitted = model.fresh()
    fitted.on_epoch = fitted.on_shards = watch.tell
    fitted.fit(
        past,
        horizon=course.horizon,
        progress=watch.report,
        should_stop=watch.should_stop,
        budget=watch.budget.share(fits),
    )
    fitted.on_epoch = fitted.on_shards = None
    return fitted


def _tested(fitted: Forecaster, course: Course, watch: Watch) -> BacktestResult:
    so_far, found = SoFar(course, watch), list[Forecast]()
    for forecast in _answers(fitted, course):
        found.append(forecast)
        so_far.add(forecast)
        watch.report(len(found) / course.windows, TESTING)
    return collect(course.tested, found, course.ends)


def _answers(fitted: Forecaster, course: Course) -> Iterator[Forecast]:
    newest = course.ends[-1]
    seen = course.tested.drop_last(newest)
    return fitted.predict_at(seen, [end - newest for end in course.ends], course.levels)
