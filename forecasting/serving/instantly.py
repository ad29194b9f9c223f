"""Numbers in, forecast out, within a second: the best instant model on past windows."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from django.utils.translation import gettext, ngettext

from forecasting import results, wording
from forecasting.engine.backtest import backtest
from forecasting.engine.backtest_result import BacktestResult
from forecasting.engine.errors import EngineError
from forecasting.engine.forecast import Forecast
from forecasting.engine.race.course import Course
from forecasting.engine.registry import create
from forecasting.models.trained_model import type_label
from forecasting.refusals import ForecastProblem, problem_from, speaking
from forecasting.serving.plain_numbers import Numbers

MODELS: Final = ("linear", "seasonal_naive", "naive")
AUTO: Final = "auto"
# A repeated season is a forecast that needs no reason; others have to be better than it.
_USUAL: Final = "seasonal_naive"
MOST_WINDOWS: Final = 4


def finite(value: float | None) -> float | None:
    """A figure that JSON can carry; None where it is beyond all numbers."""
    return float(value) if value is not None and math.isfinite(value) else None


@dataclass(frozen=True, eq=False)
class Tried:
    """One model on the past windows; `why_not` says why it could not be tried."""

    model: str
    tested: BacktestResult | None = None
    why_not: str = ""

    @property
    def score(self) -> float | None:
        """MASE, else the mean absolute error; None where neither is defined."""
        if self.tested is None:
            return None
        value = finite(self.tested.metrics["mase"])
        return finite(self.tested.metrics["mae"]) if value is None else value


def answer(numbers: Numbers) -> dict[str, Any]:
    """The forecast, which model made it, and why that one. Raises ForecastProblem."""
    began = time.perf_counter()
    wanted = _wanted(numbers.model)
    course = Course.plan(numbers.panel, numbers.horizon, numbers.levels)
    tried = [_tried(name, course) for name in wanted]
    with speaking("y"):
        name, forecast = _best(numbers, tried)
    notes = [*numbers.notes, *(gettext(note) for note in forecast.notes)]
    if numbers.model and numbers.model not in (*MODELS, AUTO):
        words = {"name": numbers.model[:60]}
        notes.append(
            gettext("%(name)s is no model of Almanac; the best instant one answered.") % words
        )
    return _flat(forecast, numbers) | {
        "model": name,
        "why": _why(name, tried),
        "scores": [_score(one) for one in tried],
        "notes": notes,
        "ignored": list(numbers.ignored),
        "seconds": round(time.perf_counter() - began, 4),
        # Fields that clients of TimeGPT look for.
        "weights_x": None,
        "feature_contributions": None,
    }


def _wanted(model: str) -> tuple[str, ...]:
    """The models to try; another product's model means the best there is."""
    if model in MODELS:
        return (model,)
    if not model or model == AUTO or model.lower().startswith(("timegpt", "azureai")):
        return MODELS
    raise ForecastProblem(
        gettext("There is no instant model %(name)s. Use auto, %(names)s.")
        % {"name": model[:60], "names": ", ".join(MODELS)},
        code="unknown_model",
        field="model",
    )


def _tried(name: str, course: Course) -> Tried:
    """One test on the newest windows of the course."""
    if course.origin is None:
        return Tried(name)
    windows = min(MOST_WINDOWS, course.windows)
    try:
        # Scales near the smallest numbers there are divide errors into infinity: no score then.
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
            tested = backtest(
                create(name),
                course.tested,
                horizon=course.horizon,
                windows=windows,
                stride=course.origin.stride,
                levels=(),
            )
    except EngineError as refusal:
        return Tried(name, why_not=str(problem_from(refusal).message))
    return Tried(name, tested)


def _best(numbers: Numbers, tried: list[Tried]) -> tuple[str, Forecast]:
    """The model with the smallest error that can forecast; what the simplest says when none can."""
    order = sorted(tried, key=lambda one: (one.score is None, one.score or 0.0))
    last: EngineError | None = None
    for one in order:
        model = create(one.model)
        try:
            model.fit(numbers.panel, horizon=numbers.horizon)
            return one.model, model.predict(levels=numbers.levels)
        except EngineError as refusal:
            last = refusal
    assert last is not None
    raise last


def _flat(forecast: Forecast, numbers: Numbers) -> dict[str, Any]:
    """All series one after another, as `y` came."""
    answer: dict[str, Any] = {
        "mean": results.floats(forecast.mean.reshape(-1)),
        "intervals": None,
        "sizes": [forecast.mean.shape[1]] * len(forecast.ids),
    }
    if forecast.lower:
        answer["intervals"] = {}
        for level in forecast.lower:
            for side, bound in (("lo", forecast.lower), ("hi", forecast.upper)):
                answer["intervals"][f"{side}-{level:g}"] = results.floats(bound[level].reshape(-1))
    if numbers.has_times:
        answer["ds"] = results.iso(forecast.times.reshape(-1))
    return answer


def _score(one: Tried) -> dict[str, Any]:
    figures: Mapping[str, Any] = one.tested.metrics if one.tested else {}
    return {
        "model": one.model,
        "mase": finite(figures.get("mase")),
        "mae": finite(figures.get("mae")),
        "windows": len(one.tested.mean) if one.tested else 0,
        "why_not": one.why_not,
    }


def _why(name: str, tried: list[Tried]) -> str:
    """`Linear had the smallest error on 4 past windows: 0.61, seasonal naive 0.85, naive 1.40.`"""
    label = type_label(name)
    scored = [one for one in tried if one.score is not None]
    if len(tried) == 1:
        return gettext("%(model)s was asked for.") % {"model": label}
    if not scored:
        return gettext("%(model)s: there are too few values to test models on the past.") % {
            "model": label
        }
    count = max(len(one.tested.mean) for one in scored if one.tested is not None)
    others = ", ".join(
        f"{type_label(one.model)} {wording.rounded(one.score or 0.0)}"
        for one in sorted(scored, key=lambda one: one.score or 0.0)
        if one.model != name
    )
    own = next((one.score for one in scored if one.model == name), None)
    said = ngettext(
        "%(model)s had the smallest error on %(n)s past window: %(own)s, %(others)s.",
        "%(model)s had the smallest error on %(n)s past windows: %(own)s, %(others)s.",
        count,
    )
    return said % {
        "model": label,
        "n": count,
        "own": wording.rounded(own or 0.0),
        "others": others,
    }
