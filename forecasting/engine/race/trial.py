"""One model on the course: fitted once before the first window, asked from every cutoff."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

from forecasting.engine.backtest_result import BacktestResult, collect
from forecasting.engine.errors import gettext_noop
from forecasting.engine.forecast import Forecast
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.race.course import Course
from forecasting.engine.watch import Watch

# Of the work, what the fit is.
FIT_SHARE: Final = 0.8


@dataclass(frozen=True, eq=False)
class Trial:
    """The model as it was fitted, its forecasts beside what came, and what they took.

    Without windows there is no ``result``.
    """

    model: Forecaster
    result: BacktestResult | None
    fit_seconds: float
    predict_seconds: float


def try_out(model: Forecaster, course: Course, watch: Watch) -> Trial:
    """Fit a fresh copy of ``model`` on the past and forecast every window.

    On a course without windows it learns from all rows and is not scored.
    """
    began = time.perf_counter()
    fitting = watch.part(0.0, FIT_SHARE if course.windows else 1.0)
    fitted = model.fresh().fit(
        course.past,
        horizon=course.horizon,
        progress=fitting.report,
        should_stop=watch.should_stop,
        budget=watch.budget,
    )
    fit_seconds = time.perf_counter() - began
    began = time.perf_counter()
    result = _tested(fitted, course, watch.part(FIT_SHARE, 1.0)) if course.windows else None
    return Trial(fitted, result, fit_seconds, time.perf_counter() - began)


def _tested(fitted: Forecaster, course: Course, watch: Watch) -> BacktestResult:
    newest = course.ends[-1]
    seen = course.tested.drop_last(newest)
    answers = fitted.predict_at(seen, [end - newest for end in course.ends], course.levels)
    found: list[Forecast] = []
    for forecast in answers:
        found.append(forecast)
        watch.report(len(found) / course.windows, gettext_noop("Forecasting past windows"))
    return collect(course.tested, found, course.ends)
