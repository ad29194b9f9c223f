"""DLinear (Zeng et al. 2023): trend and rest by a moving mean, one linear layer for each.

The mean of the window is taken off before; without any normalisation the maps learn the level of
the training rows and fail when it moves.
"""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor, nn
from torch.nn.functional import avg_pool1d, pad

from forecasting.engine.network_settings import DLinearSettings
from forecasting.engine.neural.architecture import Architecture, zeroed
from forecasting.engine.neural.module_forecaster import ModuleForecaster
from forecasting.engine.neural.nlinear import per_channel
from forecasting.engine.neural.window import Shape, Window


class DLinear(Architecture):
    """The same two maps for every channel."""

    normalisation = "mean"

    def __init__(self, shape: Shape, settings: DLinearSettings) -> None:
        super().__init__(shape)
        # An odd width has a middle.
        self.kernel = max(1, min(settings.kernel_size, shape.lookback)) // 2 * 2 + 1
        answers = shape.horizon * shape.outputs
        self.dropout = nn.Dropout(settings.dropout)
        self.trend = zeroed(nn.Linear(shape.lookback, answers))
        self.rest = zeroed(nn.Linear(shape.lookback, answers))

    def forward(self, window: Window) -> Tensor:
        """Two products."""
        rows = self.dropout(window.past.transpose(1, 2))
        trend = moving_mean(rows, self.kernel)
        return per_channel(self.trend(trend) + self.rest(rows - trend), self.shape)


def moving_mean(rows: Tensor, kernel: int) -> Tensor:
    """Centred mean of an odd number of steps of ``[B, C, L]``; the ends are repeated."""
    reach = kernel // 2
    return avg_pool1d(pad(rows, (reach, reach), mode="replicate"), kernel, stride=1)


class DLinearForecaster(ModuleForecaster):
    """DLinear shared by all channels and series."""

    name = "dlinear"
    settings_type = DLinearSettings
    module_type = DLinear
    together: ClassVar[bool] = False
