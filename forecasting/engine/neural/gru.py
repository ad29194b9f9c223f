"""As the LSTM, with gated recurrent units (Cho et al. 2014), which have one state less."""

from __future__ import annotations

from torch import nn

from forecasting.engine.network_settings import GRUSettings
from forecasting.engine.neural.lstm import Recurrent
from forecasting.engine.neural.module_forecaster import NetForecaster


class GRU(Recurrent):
    """With gated recurrent units."""

    cell = nn.GRU


class GRUForecaster(NetForecaster):
    """The GRU shared by all channels and series, each scaled on its own."""

    name = "gru"
    settings_type = GRUSettings
    module_type = GRU
