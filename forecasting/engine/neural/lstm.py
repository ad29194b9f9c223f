"""A recurrent network that reads the past in segments and answers every step at once.

Taking a day of an hourly series as one recurrent step shortens the recurrence as SegRNN does (Lin
et al. 2023), which makes it both faster and easier to train than one step an hour. Long short-term
memory: Hochreiter and Schmidhuber 1997.
"""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor, nn

from forecasting.engine.network_settings import LSTMSettings
from forecasting.engine.neural.architecture import Architecture, fused, zeroed
from forecasting.engine.neural.module_forecaster import NetForecaster
from forecasting.engine.neural.segments import segment_of, segments
from forecasting.engine.neural.window import Shape, Window


class Recurrent(Architecture):
    """Reads segments oldest first and answers from the last state; ``cell`` is the kind of layer.

    ``segment`` input steps form one recurrent step; a lookback they do not divide loses its oldest
    rows, at most ``segment - 1``.
    """

    takes_past = True
    cell: ClassVar[type[nn.LSTM] | type[nn.GRU]]

    def __init__(self, shape: Shape, settings: LSTMSettings) -> None:
        super().__init__(shape)
        self.segment = settings.segment or segment_of(shape)
        between = settings.dropout if settings.num_layers > 1 else 0.0
        self.recurrent = self.cell(
            shape.inputs * self.segment,
            settings.hidden_size,
            settings.num_layers,
            batch_first=True,
            dropout=between,
        )
        self.dropout = nn.Dropout(settings.dropout)
        self.head = zeroed(nn.Linear(settings.hidden_size, self.answers))

    def forward(self, window: Window) -> Tensor:
        """The state after the newest segment, through one linear layer."""
        read, _ = self.recurrent(segments(fused(window), self.segment))
        return self.answer(self.head(self.dropout(read[:, -1])))


class LSTM(Recurrent):
    """With long short-term memory."""

    cell = nn.LSTM


class LSTMForecaster(NetForecaster):
    """The LSTM shared by all channels and series, each scaled on its own."""

    name = "lstm"
    settings_type = LSTMSettings
    module_type = LSTM
