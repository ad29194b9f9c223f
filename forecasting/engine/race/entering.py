"""One model's turn: tried out within its grant, and in a sentence why it gave nothing."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Final

import numpy as np

from forecasting.engine.errors import (
    Cancelled,
    EngineError,
    SettingsError,
    TooShortError,
    gettext_noop,
)
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.future.wrapping import over_horizon
from forecasting.engine.race.asking import Asked, stopped
from forecasting.engine.race.course import Course
from forecasting.engine.race.events import Event
from forecasting.engine.race.pacing import Grant
from forecasting.engine.race.renewing import taken_on
from forecasting.engine.race.trial import Trial, try_each, try_out
from forecasting.engine.race.worker import Work
from forecasting.engine.rolling_origin import Refit
from forecasting.engine.sentences import sentence_of
from forecasting.engine.watch import Watch

# The setting by which models that train long are held to a time.
TRAINING_TIME: Final = "max_seconds"
ROUND: Final = np.array([1.0, 1.5, 2.0, 3.0, 5.0, 7.0])


@dataclass(frozen=True, eq=False)
class Turn:
    """A trial, or the reason why there is none; neither when the listener wanted no more.

    ``late`` when time was the reason: with more of it the model may try again. ``stopped`` when
    somebody wanted no more of this model.
    """

    trial: Trial | None = None
    reason: EngineError | None = None
    skipped: bool = False
    late: bool = False
    stopped: bool = False


@dataclass(frozen=True, eq=False)
class Attempt:
    """A model to be tried out: how it is ``made`` and tested, where it keeps its training."""

    name: str
    made: Callable[[], Forecaster]
    refit: Refit = "never"
    checkpoint: Path | None = None

    def run(self, course: Course, watch: Watch) -> Trial:
        """Make the model and try it out within the time of the watch.

        It comes back with the rows after its training taken in, and has shown that it can forecast
        from the last one.
        """
        fits = course.windows if self.refit == "always" and course.windows else 1
        model = within(self.made(), watch.budget.left() / fits)
        wrapped = over_horizon(model, course.panel, course.horizon)
        wrapped.limits = model.limits
        if fits > 1:
            trial = try_each(wrapped, course, watch)
        else:
            trial = try_out(wrapped, course, watch, self.checkpoint)
        taken_on(trial.model, course.panel).predict(levels=course.levels)
        return trial


def tried(
    attempt: Attempt, course: Course, grant: Grant, asked: Asked
) -> Generator[Event, None, Turn]:
    """Make a model and try it out, telling how far it is. Raises Cancelled when asked to stop.

    Making it may import a large library, so that happens within the grant too.
    """
    name = attempt.name
    work: Work[Trial] = Work(
        name,
        lambda watch: attempt.run(course, watch),
        grant.budget(),
        grant.stopping(),
        lambda: asked.to_end(name),
    )
    try:
        trial = yield from work.run()
    except Cancelled:
        asked.check()
        if asked.to_skip(name):
            return Turn(reason=stopped(name), stopped=True)
        return _late(name, grant) if work.overran else Turn()
    except (TooShortError, SettingsError, ImportError) as problem:
        return Turn(reason=sentence_of(problem, name), skipped=True)
    except Exception as problem:  # noqa: BLE001 -- one bad model must not end the race
        return Turn(reason=sentence_of(problem, name))
    return Turn(trial)


def within(model: Forecaster, seconds: float) -> Forecaster:
    """The model, its training no longer than ``seconds`` where that is one of its settings.

    Round numbers, so that the same race gives the same numbers although no two take equally long.
    """
    known = {field.name for field in fields(model.settings_type)}
    if TRAINING_TIME not in known or seconds >= getattr(model.settings, TRAINING_TIME):
        return model
    step = 10.0 ** np.floor(np.log10(max(seconds, 0.1)))
    rounded = max(round_ for round_ in ROUND * step if round_ <= max(seconds, 0.1))
    return type(model)(replace(model.settings, **{TRAINING_TIME: float(rounded)}))


def _late(name: str, grant: Grant) -> Turn:
    reason = EngineError(
        gettext_noop("%(model)s did not finish within the %(seconds)s seconds it was given."),
        model=name,
        seconds=max(1, round(grant.deadline)),
    )
    return Turn(reason=reason, late=True)
