"""A recurrent network that reads the past in segments and answers every step at once.

Taking a day of an hourly series as one recurrent step shortens the recurrence as SegRNN does (Lin
et al. 2023), which makes it both faster and easier to train than one step an hour. Long short-term
memory: Hochreiter and Schmidhuber 1997.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from forecasting.engine.neural.module_forecaster import ModuleForecaster
from forecasting.engine.neural_settings import LSTMSettings
from forecasting.engine.panel import Panel
from forecasting.engine.watch import Watch


class LSTM(nn.Module):
    """Maps ``[B, L, input_size]`` to ``[B, output_size]``.

    ``segment`` input steps form one recurrent step; a lookback they do not divide loses its oldest
    rows, at most ``segment - 1``.
    """

    def __init__(
        self,
        input_size: int,
        output_size: int,
        hidden_size: int = 128,
        num_layers: int = 2,
        dropout: float = 0.1,
        segment: int = 1,
    ) -> None:
        super().__init__()
        self.segment = max(1, segment)
        between = dropout if num_layers > 1 else 0.0
        self.recurrent = nn.LSTM(
            input_size * self.segment, hidden_size, num_layers, batch_first=True, dropout=between
        )
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(hidden_size, output_size)
        # Untrained it answers zero, which is the last value once the anchor is added back.
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, inputs: Tensor) -> Tensor:
        """Read the segments oldest first and answer from the last state."""
        batch, lookback, channels = inputs.shape
        steps = max(1, lookback // self.segment)
        kept = inputs[:, -steps * self.segment :]
        if kept.shape[1] < self.segment:
            kept = torch.nn.functional.pad(kept, (0, 0, self.segment - kept.shape[1], 0))
        _, (hidden, _) = self.recurrent(kept.reshape(batch, steps, self.segment * channels))
        answer: Tensor = self.head(self.dropout(hidden[-1]))
        return answer


class LSTMForecaster(ModuleForecaster):
    """The LSTM shared by all channels and series, each scaled on its own."""

    name = "lstm"
    settings_type = LSTMSettings
    module_type = LSTM
    together: ClassVar[bool] = False

    season_: int = 1

    def _module_options(self) -> dict[str, Any]:
        options = super()._module_options()
        return options | {"segment": options["segment"] or self._segment()}

    def _segment(self) -> int:
        """One season, or a twelfth of a lookback that does not hold two."""
        fits = 2 * self.season_ <= self.lookback_
        return self.season_ if fits else max(1, self.lookback_ // 12)

    def _fit(self, panel: Panel, horizon: int, watch: Watch, checkpoint: Path | None) -> None:
        self.season_ = panel.frequency.season_length
        super()._fit(panel, horizon, watch, checkpoint)

    def learned_facts(self) -> dict[str, Any]:
        """The season, which decides the segment."""
        return {"season": self.season_}

    def restore(self, arrays: dict[str, Any], facts: dict[str, Any]) -> None:
        """Take the season back before building the network."""
        self.season_ = facts["season"]
        super().restore(arrays, facts)
