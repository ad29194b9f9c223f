"""SegRNN (Lin et al. 2023): a GRU over segments of the past, then all segments ahead in parallel.

The state after the past is given to every segment ahead together with a learned position, so that
nothing is fed back and errors do not pile up.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import relu

from forecasting.engine.network_settings import SegRNNSettings
from forecasting.engine.neural.architecture import Architecture, fused, zeroed
from forecasting.engine.neural.module_forecaster import NetForecaster
from forecasting.engine.neural.segments import segments
from forecasting.engine.neural.window import Shape, Window

LONGEST_SEGMENT = 48


class SegRNN(Architecture):
    """One GRU for the past and for the positions ahead."""

    takes_past = True

    def __init__(self, shape: Shape, settings: SegRNNSettings) -> None:
        super().__init__(shape)
        chosen = settings.segment or min(LONGEST_SEGMENT, 2 * shape.season)
        self.segment = max(1, min(chosen, shape.lookback // 2, shape.horizon))
        self.ahead = -(-shape.horizon // self.segment)
        size = settings.hidden_size
        self.embedding = nn.Linear(self.segment * shape.inputs, size)
        self.recurrent = nn.GRU(size, size, batch_first=True)
        self.position = nn.Parameter(torch.randn(self.ahead, size))
        self.dropout = nn.Dropout(settings.dropout)
        self.head = zeroed(nn.Linear(size, self.segment * shape.channels * shape.outputs))

    def forward(self, window: Window) -> Tensor:
        """Encode, then one step of the GRU for every segment ahead."""
        read = segments(fused(window), self.segment)
        _, state = self.recurrent(relu(self.embedding(read)))
        batch = len(read)
        states = state.repeat_interleave(self.ahead, dim=1)
        queries = self.position.repeat(batch, 1)[:, None]
        _, found = self.recurrent(queries, states)
        shape = self.shape
        steps: Tensor = self.head(self.dropout(found[0]))
        steps = steps.reshape(batch, -1, shape.channels, shape.outputs)
        return steps[:, : shape.horizon]


class SegRNNForecaster(NetForecaster):
    """SegRNN shared by all channels and series."""

    name = "segrnn"
    settings_type = SegRNNSettings
    module_type = SegRNN
