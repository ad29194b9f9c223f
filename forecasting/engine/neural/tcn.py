"""Temporal convolutional network (Bai, Kolter and Koltun 2018): dilated causal convolutions.

The past is read in segments, so that few levels see all of it.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn.functional import pad, relu
from torch.nn.utils.parametrizations import weight_norm

from forecasting.engine.network_settings import TCNSettings
from forecasting.engine.neural.architecture import Architecture, fused, zeroed
from forecasting.engine.neural.module_forecaster import NetForecaster
from forecasting.engine.neural.segments import segment_of, segments
from forecasting.engine.neural.window import Shape, Window

SEGMENTS_PER_SEASON = 4


class TCN(Architecture):
    """As many levels as it takes to see the whole lookback; the newest step answers."""

    takes_past = True

    def __init__(self, shape: Shape, settings: TCNSettings) -> None:
        super().__init__(shape)
        self.segment = settings.segment or segment_of(shape, SEGMENTS_PER_SEASON)
        size, kernel = settings.channels, settings.kernel_size
        steps = max(1, shape.lookback // self.segment)
        self.entry = nn.Linear(shape.inputs * self.segment, size)
        self.levels = nn.ModuleList(
            Level(size, kernel, 2**level, settings.dropout)
            for level in range(_levels(steps, kernel))
        )
        self.head = zeroed(nn.Linear(size, self.answers))

    def forward(self, window: Window) -> Tensor:
        """Convolutions over the segments."""
        steps = self.entry(segments(fused(window), self.segment)).transpose(1, 2)
        for level in self.levels:
            steps = level(steps)
        return self.answer(self.head(steps[:, :, -1]))


class Level(nn.Module):
    """Two causal convolutions, added to what came in."""

    def __init__(self, size: int, kernel: int, dilation: int, dropout: float) -> None:
        super().__init__()
        self.before = (kernel - 1) * dilation
        self.first = weight_norm(nn.Conv1d(size, size, kernel, dilation=dilation))
        self.second = weight_norm(nn.Conv1d(size, size, kernel, dilation=dilation))
        self.dropout = nn.Dropout(dropout)

    def forward(self, steps: Tensor) -> Tensor:
        """``[B, D, T]``; a step sees itself and earlier ones."""
        inner = self.dropout(relu(self.first(pad(steps, (self.before, 0)))))
        inner = self.dropout(relu(self.second(pad(inner, (self.before, 0)))))
        return relu(steps + inner)


def _levels(steps: int, kernel: int) -> int:
    """Levels after which one step sees ``1 + 2 (kernel - 1) (2^levels - 1) >= steps``."""
    levels = 1
    while 1 + 2 * (kernel - 1) * (2**levels - 1) < steps and kernel > 1:
        levels += 1
    return levels


class TCNForecaster(NetForecaster):
    """The TCN shared by all channels and series, each scaled on its own."""

    name = "tcn"
    settings_type = TCNSettings
    module_type = TCN
