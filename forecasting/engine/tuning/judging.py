"""The error of some settings on one run of past windows that share a fit."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from forecasting.engine.averaging import Floats, mean, positive
from forecasting.engine.backtest_result import outcome
from forecasting.engine.budget import TimeBudget
from forecasting.engine.errors import Cancelled, EngineError, gettext_noop
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.missing import fill
from forecasting.engine.panel import Panel
from forecasting.engine.rolling_origin import RollingOrigin
from forecasting.engine.scaled_metrics import naive_scales
from forecasting.engine.sentences import sentence_of
from forecasting.engine.watch import ShouldStop, Watch


@dataclass(frozen=True, eq=False)
class Job:
    """Fit ``model`` with ``changes`` before the first of ``group`` and forecast its windows, within
    ``seconds``; errors are in units of ``scales`` ``[S, C]``."""

    model: Forecaster
    changes: Mapping[str, Any]
    panel: Panel
    origin: RollingOrigin
    group: tuple[int, ...]
    scales: Floats
    seconds: float | None = None


@dataclass(frozen=True, eq=False)
class Outcome:
    """The mean scaled error of the windows; None with a reason where there is no number."""

    score: float | None
    seconds: float
    reason: EngineError | None = None


def judge(job: Job) -> Outcome:
    """Fit and score, in whatever process; what goes wrong becomes a sentence."""
    return judged(job, None)


def judged(job: Job, should_stop: ShouldStop | None) -> Outcome:
    """The same where it can be stopped. Raises Cancelled when it is."""
    began, deadline = time.monotonic(), TimeBudget(job.seconds)

    def stopping() -> bool:
        return not deadline.left() or (should_stop is not None and should_stop())

    try:
        score, reason = _score(job, stopping), None
    except Cancelled:
        if deadline.left():
            raise
        score, reason = None, _too_slow(job)
    except Exception as problem:  # noqa: BLE001 -- one bad trial must not end the search
        score, reason = None, sentence_of(problem, job.model.name)
    return Outcome(score, time.monotonic() - began, reason)


def with_changes(model: Forecaster, changes: Mapping[str, Any]) -> Forecaster:
    """An unfitted model with these settings changed."""
    return type(model)(model.settings, **changes)


def scales_of(panel: Panel) -> Floats:
    """Naive errors ``[S, C]`` that MASE divides by; the error itself counts where none is positive.

    1 everywhere in that case.
    """
    season, shape = panel.frequency.season_length, (len(panel), len(panel.channels))
    scales = np.full(shape, np.nan)
    for s, c in np.ndindex(*shape):
        column = panel.at(s)[:, c]
        if len(column) > 1 and not np.isnan(column).all():
            scales[s, c] = naive_scales(fill(column), season)[0]
    return scales if (scales > 0).any() else np.ones(shape)


def _score(job: Job, stopping: ShouldStop) -> float | None:
    group, origin = list(job.group), job.origin
    fitted = with_changes(job.model, job.changes).fit(
        origin.training(job.panel, group),
        horizon=origin.horizon,
        should_stop=stopping,
    )
    watch = Watch(should_stop=stopping)
    newest, means = group[-1], []
    answers = fitted.predict_at(origin.seen(job.panel, group), [e - newest for e in group], ())
    for forecast in answers:
        means.append(forecast.mean)
        watch.check()
    actual = np.stack([outcome(job.panel, end, origin.horizon) for end in group])
    errors = np.abs(actual - np.stack(means)) / positive(job.scales)[None, :, None, :]
    found = float(mean(mean(errors, (0, 2))))
    return found if np.isfinite(found) else None


def _too_slow(job: Job) -> EngineError:
    return EngineError(
        gettext_noop("These settings did not finish within the %(seconds)s seconds of a trial."),
        seconds=max(1, round(job.seconds or 0)),
    )
