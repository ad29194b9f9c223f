"""The fitted model asked again with changed inputs, beside what it said before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext

from accounts.problems import Conflict
from forecasting import results
from forecasting.engine.covariate_blocks import known_names, past_names
from forecasting.engine.frequency import Frequency
from forecasting.engine.panel import Panel
from forecasting.engine.registry import model_type
from forecasting.models import PredictionResult, PredictionTask, TrainedModel
from forecasting.refusals import ForecastProblem, speaking
from forecasting.results import Line
from forecasting.scenarios import applying, reaching
from forecasting.scenarios.changes import Change, problem
from forecasting.scenarios.moments import Moments
from forecasting.serving import predicting
from forecasting.serving.newest import newest_rows
from forecasting.serving.question import Answer, Question, Stored

# More series than this are not asked all together for the sake of one.
FEW_SERIES: Final = 20


@dataclass(frozen=True)
class Facts:
    """What people compare: the sum over the horizon and its highest step."""

    total: float
    peak: float
    peak_time: str

    @staticmethod
    def of(line: Line) -> Facts:
        """Of a line without gaps."""
        peak = max(range(len(line.mean)), key=line.mean.__getitem__)
        return Facts(sum(line.mean), line.mean[peak], line.times[peak])


@dataclass(frozen=True)
class Outcome:
    """The forecast as it stands, and as the changes would make it."""

    base: Line
    line: Line
    # How far known covariates reach, for those models that look at them.
    covariates: Sequence[Mapping[str, Any]] = ()

    def as_json(self) -> dict[str, Any]:
        """Both lines and what becomes of total and peak; changes are shares, None from zero."""
        was, now = Facts.of(self.base), Facts.of(self.line)
        pairs = zip(self.line.mean, self.base.mean, strict=True)
        return {
            "series": self.line.id,
            "ds": self.line.times,
            "base": self.base.mean,
            "mean": self.line.mean,
            "difference": [mean - base for mean, base in pairs],
            **{f"lo-{level}": values for level, values in self.line.lower.items()},
            **{f"hi-{level}": values for level, values in self.line.upper.items()},
            "total": now.total,
            "base_total": was.total,
            "total_change": share(now.total, was.total),
            "peak": now.peak,
            "peak_at": now.peak_time,
            "base_peak": was.peak,
            "peak_change": share(now.peak, was.peak),
            "covariates": list(self.covariates),
        }


def moments_of(task: PredictionTask, result: PredictionResult, series: str) -> Moments:
    """The times of its steps. Raises ForecastProblem where there is no such series."""
    line = results.line_of(result, series)
    if line is None:
        raise _no_series(series)
    return Moments.of(line, Frequency.parse(task.asked("frequency")), task.version.clock)


def preview(
    task: PredictionTask, result: PredictionResult, series: str, changes: Sequence[Change]
) -> Outcome:
    """What the model of `result` would have said. Raises Problem with a sentence."""
    model = _model_of(result)
    panel = rows_of(task, model)
    if series not in panel.labels:
        raise _no_series(series)
    place, channel = divmod(panel.labels.index(series), len(panel.channels))
    if len(panel) > FEW_SERIES:
        panel, place = panel.select([panel.ids[place]]), 0
    require_heard(task, result, panel, changes)
    changed = applying.on_panel(panel, place, changes)
    base = results.line_of(result, series)
    assert base is not None
    if changed is panel:
        line = base
    else:
        levels = tuple(float(level) for level in task.levels)
        question = Question(_stored(model), panel=changed, horizon=task.horizon, levels=levels)
        with speaking("changes"):
            line = _line(predicting.ask(model, question), place, channel, series)
    changed_line = applying.on_line(line, panel.channels[channel], changes)
    return Outcome(base, changed_line, _reached(task, result, panel, place, series))


def _reached(
    task: PredictionTask, result: PredictionResult, panel: Panel, place: int, series: str
) -> list[dict[str, Any]]:
    if not model_type(result.type).capabilities.uses_known_future:
        return []
    moments = moments_of(task, result, series)
    found = reaching.of_panel(panel, place, reaching.chosen(task), task.horizon)
    return [one.as_json(moments) for one in found]


def rows_of(task: PredictionTask, model: TrainedModel) -> Panel:
    """What the model looked at, on the version that the forecast was made from."""
    with speaking():
        return newest_rows(
            task.version_id, task.parameters, int(model.parameters.get("lookback", 0)), task.horizon
        )


def require_heard(
    task: PredictionTask, result: PredictionResult, panel: Panel, changes: Sequence[Change]
) -> None:
    """Raise ForecastProblem where the model would not listen to a changed covariate."""
    able = model_type(result.type).capabilities
    for one in changes:
        deaf = one.column in known_names(panel) and not able.uses_known_future
        deaf |= one.column in past_names(panel) and not (able.uses_past or able.uses_known_future)
        if deaf:
            raise problem(unheard(task, result), "covariates_unused")


def unheard(task: PredictionTask, result: PredictionResult) -> str:
    """That a model looks at no covariates, and which on the leaderboard does."""
    words = {"model": result.label, "other": ""}
    for other in task.results.ranked().without_points():
        if other.model_id and model_type(other.type).capabilities.uses_known_future:
            words["other"] = other.label
            return gettext("%(model)s looks at no covariates. %(other)s does: choose it.") % words
    return (
        gettext("%(model)s looks at no covariates, and no other model of this forecast does.")
        % words
    )


def share(now: float, was: float) -> float | None:
    """By which share a number moves; None where there is nothing to compare with."""
    return now / was - 1 if was else None


def _no_series(series: str) -> ForecastProblem:
    return problem(gettext("There is no series %(name)s here.") % {"name": series}, "no_series")


def _model_of(result: PredictionResult) -> TrainedModel:
    model = result.model
    if model is None or not model.is_ready:
        raise Conflict(
            gettext("The model of this answer is gone or not ready, so it cannot be asked again."),
            code="no_model",
        )
    return model


def _stored(model: TrainedModel) -> Stored:
    return Stored(model.model_path, model.updated_at.isoformat())


def _line(answer: Answer, place: int, channel: int, series: str) -> Line:
    said = answer.forecast
    return Line(
        id=series,
        times=results.iso(said.times[place]),
        mean=[float(value) for value in said.mean[place, :, channel]],
        lower={
            int(level): [float(value) for value in ends[place, :, channel]]
            for level, ends in said.lower.items()
        },
        upper={
            int(level): [float(value) for value in ends[place, :, channel]]
            for level, ends in said.upper.items()
        },
    )
