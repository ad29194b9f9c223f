"""Strays from the forecast of one step: what any forecasting model did not see coming.

The interval around the forecast is conformal: its width comes from the model's own past errors of
one step (Vovk et al. 2005; Gibbs, Candès 2021, for letting it follow the errors as they come). A
value that is found odd is replaced by its forecast before the next one is made, so that an anomaly
does not make the rows after it look odd (robust filtering, Gelper, Fried, Croux 2010).
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from forecasting.engine.anomalies.expectation import Expectation
from forecasting.engine.errors import TooShortError
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.registry import create

MODEL = "linear"


class ByForecast(Expectation):
    """One step ahead, by a model that is fitted anew four times a window."""

    name: ClassVar[str] = "forecast"
    reach: ClassVar[int] = 700

    model: Forecaster | None = None

    def learn(self, window: Floats, first: int) -> None:
        """Fit; a window too short for the model leaves the last value as the forecast."""
        try:
            fresh = create(MODEL)
            self.model = fresh.fit(self._panel(window, first), horizon=1)
        except TooShortError:
            self.model = None

    def look(self, rows: Floats, first: int, count: int) -> tuple[Floats, Floats | None]:
        """The forecasts of the last ``count`` rows."""
        if self.model is None:
            return rows[-count - 1 : -1].copy(), None
        enough = rows[-(count + self.model.lookback_ + self.frequency.season_length + 2) :]
        panel = self._panel(enough, first + len(rows) - len(enough))
        found = self.model.means_at(panel, list(range(count, 0, -1)))
        return np.array([float(mean[0, 0, 0]) for mean in found]), None

    def _panel(self, rows: Floats, first: int) -> Panel:
        start = self.frequency.at(self.start, np.array([first], dtype=np.int64))
        return Panel.from_arrays(rows, list(start), self.frequency)
