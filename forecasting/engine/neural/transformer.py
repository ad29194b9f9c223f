"""Encoder and decoder of a Transformer (Vaswani et al. 2017), all steps ahead at once.

The decoder is asked with learned positions and the covariates of the steps ahead instead of its own
answers, which makes it as quick as it is stable (as Informer does, Zhou et al. 2021). Steps are
taken in segments; layers normalise before they act (Xiong et al. 2020).
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn.functional import gelu

from forecasting.engine.network_settings import AttentionSettings, TransformerSettings
from forecasting.engine.neural.architecture import Architecture, fused, future, zeroed
from forecasting.engine.neural.attention import Attention, waves
from forecasting.engine.neural.highway import Highway
from forecasting.engine.neural.module_forecaster import NetForecaster
from forecasting.engine.neural.segments import segment_of, segments, segments_ahead
from forecasting.engine.neural.window import Shape, Window

SEGMENTS_PER_SEASON = 4


class Transformer(Architecture):
    """Tokens are segments of the past and segments ahead."""

    takes_past = True
    takes_future = True

    def __init__(self, shape: Shape, settings: TransformerSettings) -> None:
        super().__init__(shape)
        self.segment = settings.segment or segment_of(shape, SEGMENTS_PER_SEASON)
        size, layers = settings.model_size, settings.layers
        behind = max(1, shape.lookback // self.segment)
        self.ahead = -(-shape.horizon // self.segment)
        self.entry = nn.Linear(shape.inputs * self.segment, size)
        positions = waves(behind + self.ahead, size)
        self.behind_position = nn.Parameter(positions[:behind].clone())
        self.ahead_position = nn.Parameter(positions[behind:].clone())
        width = (shape.known + shape.static) * self.segment
        self.covariates = nn.Linear(width, size) if width else None
        self.encoder = nn.ModuleList(Layer(settings, crossing=False) for _ in range(layers))
        self.decoder = nn.ModuleList(Layer(settings, crossing=True) for _ in range(layers))
        self.normal = nn.LayerNorm(size)
        self.highway = Highway(shape)
        self.head = zeroed(nn.Linear(size, self.segment * shape.channels * shape.outputs))

    def forward(self, window: Window) -> Tensor:
        """Encode the past, ask it for every segment ahead."""
        context = self.entry(segments(fused(window), self.segment)) + self.behind_position
        for layer in self.encoder:
            context = layer(context, context)
        queries = self.ahead_position.expand(len(context), -1, -1)
        if self.covariates is not None:
            queries = queries + self.covariates(segments_ahead(future(window), self.segment))
        for layer in self.decoder:
            queries = layer(queries, context)
        shape = self.shape
        steps: Tensor = self.head(self.normal(queries))
        steps = steps.reshape(len(steps), -1, shape.channels, shape.outputs)
        added: Tensor = steps[:, : shape.horizon] + self.highway(window.past)
        return added


class Layer(nn.Module):
    """Attention to itself, to the context where ``crossing``, and a feed-forward part."""

    def __init__(self, settings: AttentionSettings, *, crossing: bool) -> None:
        super().__init__()
        size, heads, dropout = settings.model_size, settings.heads, settings.dropout
        self.own = Attention(size, heads, dropout)
        self.cross = Attention(size, heads, dropout) if crossing else None
        self.normals = nn.ModuleList(nn.LayerNorm(size) for _ in range(3))
        self.inner = nn.Linear(size, settings.feed_forward)
        self.outer = nn.Linear(settings.feed_forward, size)
        self.dropout = nn.Dropout(dropout)

    def forward(self, tokens: Tensor, context: Tensor) -> Tensor:
        """Tokens ``[B, N, D]`` and what they may look at ``[B, M, D]``."""
        seen = self.normals[0](tokens)
        tokens = tokens + self.dropout(self.own(seen, seen))
        if self.cross is not None:
            tokens = tokens + self.dropout(self.cross(self.normals[1](tokens), context))
        fed = self.outer(self.dropout(gelu(self.inner(self.normals[2](tokens)))))
        added: Tensor = tokens + self.dropout(fed)
        return added


class TransformerForecaster(NetForecaster):
    """The Transformer shared by all channels and series, each scaled on its own."""

    name = "transformer"
    settings_type = TransformerSettings
    module_type = Transformer
