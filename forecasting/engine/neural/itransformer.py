"""iTransformer (Liu et al. 2024): every channel is one token, its whole lookback the features.

Covariates are tokens too; known ones bring their future along.
"""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu

from forecasting.engine.network_settings import ITransformerSettings
from forecasting.engine.neural.architecture import Architecture, zeroed
from forecasting.engine.neural.attention import Attention
from forecasting.engine.neural.module_forecaster import NetForecaster
from forecasting.engine.neural.window import Shape, Window


class ITransformer(Architecture):
    """Attention between channels; one linear layer from a channel's token to its steps ahead."""

    normalisation = "standard"
    takes_past = True
    takes_future = True

    def __init__(self, shape: Shape, settings: ITransformerSettings) -> None:
        super().__init__(shape)
        size = settings.model_size
        self.entry = nn.Linear(shape.lookback, size)
        self.past = nn.Linear(shape.lookback, size) if shape.past else None
        self.known = nn.Linear(shape.lookback + shape.horizon, size) if shape.known else None
        self.static = nn.Linear(shape.static, size) if shape.static else None
        self.dropout = nn.Dropout(settings.dropout)
        self.layers = nn.ModuleList(Layer(settings) for _ in range(settings.layers))
        self.head = zeroed(nn.Linear(size, shape.horizon * shape.outputs))

    def forward(self, window: Window) -> Tensor:
        """Only the tokens of the channels are asked for the steps ahead."""
        tokens = self.dropout(self._tokens(window))
        for layer in self.layers:
            tokens = layer(tokens)
        shape = self.shape
        steps: Tensor = self.head(tokens[:, : shape.channels])
        steps = steps.reshape(len(steps), shape.channels, shape.horizon, shape.outputs)
        return steps.transpose(1, 2)

    def _tokens(self, window: Window) -> Tensor:
        parts = [self.entry(window.past.transpose(1, 2))]
        if self.past is not None:
            parts.append(self.past(window.past_covariates.transpose(1, 2)))
        if self.known is not None:
            parts.append(self.known(window.known.transpose(1, 2)))
        tokens = torch.cat(parts, dim=1)
        if self.static is not None:
            tokens = tokens + self.static(window.static)[:, None]
        return tokens


class Layer(nn.Module):
    """Attention and a feed-forward part, each added to its input and normalised after."""

    def __init__(self, settings: ITransformerSettings) -> None:
        super().__init__()
        size = settings.model_size
        self.attention = Attention(size, settings.heads, settings.dropout)
        self.first, self.second = nn.LayerNorm(size), nn.LayerNorm(size)
        self.inner = nn.Linear(size, settings.feed_forward)
        self.outer = nn.Linear(settings.feed_forward, size)
        self.dropout = nn.Dropout(settings.dropout)

    def forward(self, tokens: Tensor) -> Tensor:
        """Tokens ``[B, N, D]``."""
        tokens = self.first(tokens + self.dropout(self.attention(tokens, tokens)))
        fed = self.outer(self.dropout(gelu(self.inner(tokens))))
        normal: Tensor = self.second(tokens + self.dropout(fed))
        return normal


class ITransformerForecaster(NetForecaster):
    """iTransformer over the channels of a series, shared by all series."""

    name = "itransformer"
    settings_type = ITransformerSettings
    module_type = ITransformer
    together: ClassVar[bool] = True
