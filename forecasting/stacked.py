"""The strongest model that takes seconds: its answer stands while the network trains."""

from __future__ import annotations

from typing import Final

from forecasting import racing
from forecasting.engine.errors import Cancelled as EngineCancelled
from forecasting.engine.errors import TooShortError
from forecasting.engine.registry import create
from forecasting.models import PredictionTask
from forecasting.racing import Course, Finish
from jobs.progress import Progress

MODEL: Final = "linear_stack"
# More series would keep the network waiting for minutes.
MOST_SERIES: Final = 50


def run_stack(task: PredictionTask, run: Progress, course: Course) -> Finish | None:
    """Fit and test the linear stack; None when the data are too short or too many for it here, or
    an earlier attempt of the job has already done it. Raises jobs' Cancelled when work should stop.
    """
    done = task.results.filter(type=MODEL).exists()
    if done or len(course.panel.labels) > MOST_SERIES:
        return None
    try:
        return racing.run_quick(create(MODEL), course, run.should_stop)
    except TooShortError:
        return None
    except EngineCancelled:
        run.raise_if_cancelled()
        raise
