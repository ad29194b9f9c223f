"""A model led through the windows of a rolling origin: fit when due, forecast, stop in time.

When a new fit is due, a model that can add the rows since to what it has learned does that.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from forecasting.engine.budget import TimeBudget
from forecasting.engine.errors import Cancelled, EngineError, gettext_noop
from forecasting.engine.forecast import Forecast
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.panel import Panel
from forecasting.engine.rolling_origin import RollingOrigin, cutoffs
from forecasting.engine.watch import Watch

# Of the time of one fit and its forecasts, what the fit may take.
FIT_SHARE: Final = 0.8


def rolled(
    model: Forecaster, panel: Panel, origin: RollingOrigin, levels: Sequence[float], watch: Watch
) -> list[Forecast]:
    """One forecast per window, the oldest cutoff first; fewer when the budget ends, at least one.

    ``model`` is not changed: fresh copies are fitted. No window sees a row after its cutoff.
    """
    forecasts: list[Forecast] = []
    groups = origin.groups()
    longest = 0.0
    fitted: Forecaster | None = None
    for number, group in enumerate(groups):
        if forecasts and not (watch.budget.left() and watch.budget.allows(longest)):
            break
        began = time.monotonic()
        done = len(forecasts)
        part = watch.part(done / origin.windows, (done + len(group)) / origin.windows)
        fitted = _grown(fitted, panel, origin, group) or _fitted(
            model, panel, origin, group, part, len(groups) - number
        )
        forecasts.extend(_forecasts(fitted, panel, origin, group, levels, part))
        longest = max(longest, time.monotonic() - began)
    return forecasts


def _grown(
    fitted: Forecaster | None, panel: Panel, origin: RollingOrigin, group: list[int]
) -> Forecaster | None:
    """The model of the earlier windows with the rows since learned too, where it can."""
    if fitted is None or origin.scheme != "expanding":
        return None
    with _naming(fitted, panel, group[0]):
        return fitted.grown(origin.training(panel, group))


def _fitted(
    model: Forecaster,
    panel: Panel,
    origin: RollingOrigin,
    group: list[int],
    watch: Watch,
    fits: int,
) -> Forecaster:
    left = watch.budget.seconds and watch.budget.left() * FIT_SHARE / fits
    with _naming(model, panel, group[0]):
        return model.fresh().fit(
            origin.training(panel, group),
            horizon=origin.horizon,
            progress=watch.part(0.0, 0.5).report,
            should_stop=watch.should_stop,
            budget=TimeBudget(left),
        )


def _forecasts(
    fitted: Forecaster,
    panel: Panel,
    origin: RollingOrigin,
    group: list[int],
    levels: Sequence[float],
    watch: Watch,
) -> Iterator[Forecast]:
    """The forecasts of one fit until the time is over; the first one comes in any case."""
    seen = origin.seen(panel, group)
    answers = fitted.predict_at(seen, [end - group[-1] for end in group], levels)
    for place, end in enumerate(group):
        if place and not watch.budget.left():
            return
        with _naming(fitted, panel, end):
            forecast = next(answers)
        watch.report(0.5 + 0.5 * (place + 1) / len(group))
        yield forecast


@contextmanager
def _naming(model: Forecaster, panel: Panel, end: int) -> Iterator[None]:
    """Let a failure say which model failed and at which cutoff."""
    try:
        yield
    except Cancelled:
        raise
    except EngineError as problem:
        raise type(problem)(
            gettext_noop("%(model)s failed at the cutoff %(cutoff)s: %(reason)s"),
            model=model.name,
            cutoff=_newest(panel, end),
            reason=problem,
        ) from problem
    except Exception as problem:
        problem.add_note(f"{model.name} failed at the cutoff {_newest(panel, end)}.")
        raise


def _newest(panel: Panel, end: int) -> str:
    """The newest cutoff of all series, as people write it."""
    return str(cutoffs(panel, end).max().astype("datetime64[s]"))
