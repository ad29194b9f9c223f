"""PatchTST (Nie et al. 2023): overlapping patches of the past are the tokens of an encoder.

Channels are taken one by one through the same weights. Every window has mean 0 and spread 1 while
the network sees it; batch normalisation stands in for layer normalisation, as in the paper.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, pad

from forecasting.engine.network_settings import PatchTSTSettings
from forecasting.engine.neural.architecture import Architecture, fused, zeroed
from forecasting.engine.neural.attention import Attention
from forecasting.engine.neural.module_forecaster import NetForecaster
from forecasting.engine.neural.window import Shape, Window


class PatchTST(Architecture):
    """Patches, a learned position for each, encoder layers, and one linear layer over all."""

    normalisation = "standard"
    takes_past = True

    def __init__(self, shape: Shape, settings: PatchTSTSettings) -> None:
        super().__init__(shape)
        self.patch = min(settings.patch, shape.lookback)
        self.stride = min(settings.stride, self.patch)
        count = (shape.lookback - self.patch) // self.stride + 2
        size = settings.model_size
        self.embedding = nn.Linear(self.patch * shape.inputs, size)
        self.position = nn.Parameter(torch.empty(count, size).uniform_(-0.02, 0.02))
        self.dropout = nn.Dropout(settings.dropout)
        self.layers = nn.ModuleList(EncoderLayer(settings) for _ in range(settings.layers))
        self.head = zeroed(nn.Linear(count * size, self.answers))

    def forward(self, window: Window) -> Tensor:
        """The newest value is repeated by one stride, so that it stands in two patches."""
        rows = pad(fused(window).transpose(1, 2), (0, self.stride), mode="replicate")
        patches = rows.unfold(2, self.patch, self.stride).transpose(1, 2).flatten(2)
        tokens = self.dropout(self.embedding(patches) + self.position)
        for layer in self.layers:
            tokens = layer(tokens)
        return self.answer(self.head(tokens.flatten(1)))


class EncoderLayer(nn.Module):
    """Attention and a feed-forward part, each added to its input and normalised after."""

    def __init__(self, settings: PatchTSTSettings) -> None:
        super().__init__()
        size = settings.model_size
        self.attention = Attention(size, settings.heads, settings.dropout)
        self.first = nn.BatchNorm1d(size)
        self.inner = nn.Linear(size, settings.feed_forward)
        self.outer = nn.Linear(settings.feed_forward, size)
        self.second = nn.BatchNorm1d(size)
        self.dropout = nn.Dropout(settings.dropout)

    def forward(self, tokens: Tensor) -> Tensor:
        """Tokens ``[B, N, D]``."""
        tokens = _normalised(self.first, tokens + self.dropout(self.attention(tokens, tokens)))
        fed = self.outer(self.dropout(gelu(self.inner(tokens))))
        return _normalised(self.second, tokens + self.dropout(fed))


def _normalised(layer: nn.BatchNorm1d, tokens: Tensor) -> Tensor:
    flat: Tensor = layer(tokens.flatten(0, 1))
    return flat.view_as(tokens)


class PatchTSTForecaster(NetForecaster):
    """PatchTST shared by all channels and series."""

    name = "patchtst"
    settings_type = PatchTSTSettings
    module_type = PatchTST
