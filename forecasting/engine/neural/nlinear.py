"""NLinear (Zeng et al. 2023): one linear layer to all steps, with the last value taken off."""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor, nn

from forecasting.engine.network_settings import NLinearSettings
from forecasting.engine.neural.architecture import Architecture, zeroed
from forecasting.engine.neural.module_forecaster import ModuleForecaster
from forecasting.engine.neural.window import Shape, Window


class NLinear(Architecture):
    """The same map for every channel."""

    def __init__(self, shape: Shape, settings: NLinearSettings) -> None:
        super().__init__(shape)
        self.dropout = nn.Dropout(settings.dropout)
        self.linear = zeroed(nn.Linear(shape.lookback, shape.horizon * shape.outputs))

    def forward(self, window: Window) -> Tensor:
        """One product."""
        return per_channel(self.linear(self.dropout(window.past.transpose(1, 2))), self.shape)


def per_channel(steps: Tensor, shape: Shape) -> Tensor:
    """``[B, C, H * outputs]`` as ``[B, H, C, outputs]``."""
    split = steps.reshape(len(steps), -1, shape.horizon, shape.outputs)
    return split.transpose(1, 2)


class NLinearForecaster(ModuleForecaster):
    """NLinear shared by all channels and series."""

    name = "nlinear"
    settings_type = NLinearSettings
    module_type = NLinear
    together: ClassVar[bool] = False
