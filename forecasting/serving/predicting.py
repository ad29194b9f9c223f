"""A registered model asked for a forecast: checked, sent to the process that has it, counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext

from accounts.problems import Conflict
from datasets.models import Version
from forecasting import results
from forecasting.models import ModelVersion, TrainedModel
from forecasting.refusals import ForecastProblem, speaking
from forecasting.serving import client, counting, places
from forecasting.serving.answering import Answers
from forecasting.serving.newest import newest_rows
from forecasting.serving.question import Answer, Question, Rows, Stored

MOST_ROWS: Final = 50_000
MOST_LEVELS: Final = 8
LEVELS: Final = (80.0, 95.0)


@dataclass(frozen=True)
class Wish:
    """What a caller may say; the dataset's newest rows are taken where no `rows` are sent."""

    rows: Rows | None = None
    horizon: int | None = None
    levels: Sequence[float] = LEVELS


def predict(model: TrainedModel, wish: Wish) -> Answer:
    """The forecast of one model. Raises Problem with a sentence for whatever does not fit.

    `model` is loaded with its dataset, and `registered` where it is a version.
    """
    if not model.is_ready:
        raise Conflict(gettext("This model is not trained yet. Wait until its state is ready."))
    with speaking("rows" if wish.rows is not None else ""):
        answer = ask(model, _question(model, wish))
    counting.count(model)
    return answer


def ask(model: TrainedModel, question: Question) -> Answer:
    """The answer of the process that has the model. Raises EngineError or Unavailable."""
    here = places.answers_here(model.type)
    return _answers().answer(question) if here else client.ask(question)


def predict_as_asked(model: TrainedModel, asked: Any) -> dict[str, Any]:
    """The answer to a request, as JSON. Raises Problem naming the field that is wrong."""
    wish = _wish(asked)
    answer = predict(model, wish)
    version: ModelVersion | None = getattr(model, "registered", None)
    return {
        "model": str(model.pk),
        "type": model.type,
        "number": version.number if version else None,
        "asked_with": "dataset" if wish.rows is None else "rows",
        "notes": list(answer.forecast.notes),
        "results": as_json(answer),
    }


def as_json(answer: Answer) -> list[dict[str, Any]]:
    """One object a series: `unique_id, last, ds, mean, lo-80, hi-80, …`, the numbers as lists."""
    said = answer.forecast
    labels = iter(said.labels)
    series = []
    for place in range(len(said.ids)):
        times = results.iso(said.times[place])
        last = results.iso(answer.last[place : place + 1])[0]
        for channel in range(len(said.channels)):
            one: dict[str, Any] = {"unique_id": next(labels), "last": last, "ds": times}
            one["mean"] = results.floats(said.mean[place, :, channel])
            for level in said.lower:
                one[f"lo-{level:g}"] = results.floats(said.lower[level][place, :, channel])
                one[f"hi-{level:g}"] = results.floats(said.upper[level][place, :, channel])
            series.append(one)
    return series


def _wish(asked: Any) -> Wish:
    """What was sent, checked by hand: thousands of rows are no matter for a serializer."""
    if asked in (None, ""):
        return Wish()
    if not isinstance(asked, Mapping):
        raise ForecastProblem(gettext("Send one JSON object, or nothing."))
    return Wish(_rows(asked.get("rows")), _steps(asked.get("horizon")), _levels(asked))


def _rows(rows: Any) -> Rows | None:
    if rows is None:
        return None
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise ForecastProblem(
            gettext('Send rows as a list of objects, such as {"ds": "2026-11-23", "y": 4.2}.'),
            field="rows",
        )
    if len(rows) > MOST_ROWS:
        raise ForecastProblem(
            gettext("%(rows)s rows are too many at once; the newest %(most)s will do.")
            % {"rows": f"{len(rows):,}", "most": f"{MOST_ROWS:,}"},
            code="too_many_rows",
            field="rows",
        )
    return rows


def _steps(horizon: Any) -> int | None:
    if horizon is None:
        return None
    if isinstance(horizon, bool) or not isinstance(horizon, int) or horizon < 1:
        raise ForecastProblem(
            gettext("The horizon is a whole number of steps, 1 or more."), field="horizon"
        )
    return horizon


def _levels(asked: Mapping[str, Any]) -> tuple[float, ...]:
    levels = asked.get("levels", list(LEVELS))
    numbers = isinstance(levels, list) and all(
        isinstance(level, int | float) and not isinstance(level, bool) and 0 < level < 100
        for level in levels
    )
    if not numbers or len(levels) > MOST_LEVELS:
        raise ForecastProblem(
            gettext("Levels are up to %(most)s numbers between 0 and 100, such as [80, 95].")
            % {"most": MOST_LEVELS},
            field="levels",
        )
    return tuple(sorted({float(level) for level in levels}))


def _question(model: TrainedModel, wish: Wish) -> Question:
    stored = Stored(model.model_path, model.updated_at.isoformat())
    levels = tuple(wish.levels)
    if wish.rows is not None:
        return Question(stored, rows=wish.rows, horizon=wish.horizon, levels=levels)
    asked = recipe_of(model)
    # A version itself is read only when its rows are not in memory.
    versions = Version.objects.filter(dataset_id=model.dataset_id).order_by("-number")
    newest = versions.values_list("pk", flat=True).first()
    if newest is None or not asked:
        raise ForecastProblem(
            gettext("This model has no rows of its own any more. Send them as rows."),
            code="no_rows",
            field="rows",
        )
    lookback, horizon = (int(model.parameters.get(name, 0)) for name in ("lookback", "horizon"))
    panel = newest_rows(newest, asked, lookback, horizon)
    return Question(stored, panel=panel, horizon=wish.horizon, levels=levels)


def recipe_of(model: TrainedModel) -> Mapping[str, Any]:
    """The parameters of the forecast that the model was trained for; {} when nobody knows them."""
    version: ModelVersion | None = getattr(model, "registered", None)
    return version.recipe if version is not None else {}


@cache
def _answers() -> Answers:
    return Answers(settings.SERVING_WEB_CACHE_MB * 1024 * 1024)
