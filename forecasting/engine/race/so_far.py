"""The score of a model while its windows come in one by one, for whoever is watching."""

from __future__ import annotations

import time
from typing import Final

import numpy as np

from forecasting.engine.averaging import mean, positive
from forecasting.engine.backtest_result import naive_scales_of, outcome
from forecasting.engine.forecast import Forecast
from forecasting.engine.panel import Floats
from forecasting.engine.race.course import Course
from forecasting.engine.watch import Watch, WindowReport

# Nobody reads faster; models that answer all windows at once need not count.
BETWEEN_LOOKS: Final = 0.5


class SoFar:
    """Counts windows and, now and then, says their MASE."""

    def __init__(self, course: Course, watch: Watch) -> None:
        self._course, self._watch = course, watch
        self._forecasts: list[Floats] = []
        self._scales: Floats | None = None
        self._told = time.monotonic()

    def add(self, forecast: Forecast) -> None:
        """One window more, the oldest first."""
        self._forecasts.append(forecast.mean)
        if self._watch.tell is None or time.monotonic() - self._told < BETWEEN_LOOKS:
            return
        done = len(self._forecasts)
        self._watch.tell(WindowReport(done, self._course.windows, self._score()))
        self._told = time.monotonic()

    def _score(self) -> float | None:
        if self._scales is None:
            self._scales = naive_scales_of(self._course.past)[0]
        gaps = [
            np.abs(outcome(self._course.tested, end, self._course.horizon) - one)
            for one, end in zip(self._forecasts, self._course.ends, strict=False)
        ]
        scaled = mean(np.stack(gaps), (0, 2)) / positive(self._scales)
        found = float(mean(scaled, (0, 1)))
        return found if np.isfinite(found) else None
