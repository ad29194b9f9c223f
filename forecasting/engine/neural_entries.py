"""The neural networks, without importing torch."""

from __future__ import annotations

from typing import Final

from forecasting.engine import network_settings as sizes
from forecasting.engine.capabilities import Capabilities
from forecasting.engine.errors import gettext_noop
from forecasting.engine.model_type import ModelType

TRAINED: Final = Capabilities(
    global_=True, uses_known_future=True, trains_long=True, resumable=True, needs_torch=True
)

ENTRIES: Final = (
    ModelType(
        "lstm",
        gettext_noop("LSTM"),
        gettext_noop("A recurrent neural network."),
        sizes.LSTMSettings,
        "forecasting.engine.neural.lstm:LSTMForecaster",
        TRAINED,
    ),
    ModelType(
        "segrnn",
        gettext_noop("SegRNN"),
        gettext_noop("A recurrent network over segments that answers all segments ahead at once."),
        sizes.SegRNNSettings,
        "forecasting.engine.neural.segrnn:SegRNNForecaster",
        TRAINED,
    ),
    ModelType(
        "patchtst",
        gettext_noop("PatchTST"),
        gettext_noop("Attention over overlapping patches of the past, channel by channel."),
        sizes.PatchTSTSettings,
        "forecasting.engine.neural.patchtst:PatchTSTForecaster",
        TRAINED,
    ),
)
