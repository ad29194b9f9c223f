"""TiDE (Das et al. 2023): dense encoder and decoder over the past and all covariates.

Covariates of a step are projected to few features; every step ahead is then decoded from its own
part of the code and its own covariates, and a linear map of the past is added.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn.functional import relu

from forecasting.engine.network_settings import TiDESettings
from forecasting.engine.neural.architecture import Architecture, zeroed
from forecasting.engine.neural.highway import Highway
from forecasting.engine.neural.module_forecaster import NetForecaster
from forecasting.engine.neural.window import Shape, Window

FEATURES = 4


class TiDE(Architecture):
    """Residual blocks throughout."""

    takes_past = True
    takes_future = True

    def __init__(self, shape: Shape, settings: TiDESettings) -> None:
        super().__init__(shape)
        size, dropout = settings.hidden_size, settings.dropout
        self.known = Residual(shape.known, size, FEATURES, dropout) if shape.known else None
        features = FEATURES if shape.known else 0
        width = shape.lookback * (shape.channels + shape.past + features)
        width += shape.horizon * features + shape.static
        self.per_step = settings.decoder_size
        widths = [width, *([size] * settings.layers)]
        self.encoder = nn.Sequential(*(Residual(a, size, b, dropout) for a, b in pairwise(widths)))
        self.decoder = Residual(size, size, shape.horizon * self.per_step, dropout)
        self.inner = nn.Linear(self.per_step + features, size)
        self.outer = zeroed(nn.Linear(size, shape.channels * shape.outputs))
        self.highway = Highway(shape)

    def forward(self, window: Window) -> Tensor:
        """Code of everything, then step by step."""
        shape = self.shape
        known = None if self.known is None else self.known(window.known)
        parts = [window.past.flatten(1), window.past_covariates.flatten(1), window.static]
        if known is not None:
            parts.append(known.flatten(1))
        code = self.decoder(self.encoder(torch.cat(parts, dim=1)))
        steps = code.reshape(len(code), shape.horizon, self.per_step)
        if known is not None:
            steps = torch.cat([steps, known[:, shape.lookback :]], dim=2)
        found = self.outer(relu(self.inner(steps)))
        found = found.reshape(*found.shape[:2], shape.channels, shape.outputs)
        added: Tensor = found + self.highway(window.past)
        return added


class Residual(nn.Module):
    """A hidden layer beside a straight one, normalised."""

    def __init__(self, inputs: int, hidden: int, outputs: int, dropout: float) -> None:
        super().__init__()
        self.inner = nn.Linear(inputs, hidden)
        self.outer = nn.Linear(hidden, outputs)
        self.straight = nn.Linear(inputs, outputs)
        self.dropout = nn.Dropout(dropout)
        self.normal = nn.LayerNorm(outputs)

    def forward(self, inputs: Tensor) -> Tensor:
        """``[…, inputs]`` to ``[…, outputs]``."""
        bent = self.dropout(self.outer(relu(self.inner(inputs))))
        normal: Tensor = self.normal(bent + self.straight(inputs))
        return normal


class TiDEForecaster(NetForecaster):
    """TiDE shared by all channels and series, each scaled on its own."""

    name = "tide"
    settings_type = TiDESettings
    module_type = TiDE
