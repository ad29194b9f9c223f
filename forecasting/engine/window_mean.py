"""The mean of the newest rows, repeated."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.baseline_settings import WindowSettings
from forecasting.engine.baselines import Baseline
from forecasting.engine.equal_length import Block
from forecasting.engine.panel import Floats, Panel


class WindowMean(Baseline):
    """Repeats the mean of the last ``window`` rows, of all of a shorter series."""

    name = "window_mean"
    settings_type = WindowSettings

    def _memory(self, panel: Panel) -> int:
        return max(1, self.settings.window or panel.frequency.season_length)

    def _from(self, block: Block, origins: NDArray[np.int64], horizon: int) -> Floats:
        # Sums of differences to the first value keep their digits on a high level.
        level = block.columns[:, :1]
        sums = np.cumsum(block.columns - level, axis=1)
        sums = np.concatenate([np.zeros_like(level), sums], axis=1)
        window = np.minimum(self.lookback_, origins)
        mean = level + (sums[:, origins] - sums[:, origins - window]) / window
        return np.repeat(mean[:, :, None], horizon, axis=2)
