"""Temporal fusion transformer (Lim et al. 2021): selected variables, recurrence, attention, gates.

Steps are taken in segments, which shortens recurrence and attention. Attention is the interpretable
kind: the heads share their values, so that one picture shows where the network looked.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from forecasting.engine.network_settings import TFTSettings
from forecasting.engine.neural.architecture import Architecture, zeroed
from forecasting.engine.neural.attention import waves
from forecasting.engine.neural.gates import Added, GatedResidual, Selection
from forecasting.engine.neural.highway import Highway
from forecasting.engine.neural.module_forecaster import NetForecaster
from forecasting.engine.neural.segments import segment_of, segments, segments_ahead
from forecasting.engine.neural.window import Shape, Window

SEGMENTS_PER_SEASON = 4


class TFT(Architecture):
    """Everything of the paper but its quantile output, which is a head like any other."""

    takes_past = True
    takes_future = True

    def __init__(self, shape: Shape, settings: TFTSettings) -> None:
        super().__init__(shape)
        size, dropout = settings.hidden_size, settings.dropout
        self.segment = settings.segment or segment_of(shape, SEGMENTS_PER_SEASON)
        self.ahead = -(-shape.horizon // self.segment)
        context = size if shape.static else 0
        self.static = GatedResidual(shape.static, size, dropout) if shape.static else None
        columns = shape.channels + shape.past + shape.known
        self.past = Selection(columns, self.segment, size, dropout, context)
        self.known = (
            Selection(shape.known, self.segment, size, dropout, context) if shape.known else None
        )
        self.position = nn.Parameter(waves(self.ahead, size))
        self.encoder = nn.LSTM(size, size, batch_first=True)
        self.decoder = nn.LSTM(size, size, batch_first=True)
        self.locality = Added(size, dropout)
        self.enrichment = GatedResidual(size, size, dropout, context)
        self.attention = SharedAttention(size, settings.heads, dropout)
        self.attended = Added(size, dropout)
        self.fed = GatedResidual(size, size, dropout)
        self.last = Added(size, dropout)
        self.highway = Highway(shape)
        self.head = zeroed(nn.Linear(size, self.segment * shape.channels * shape.outputs))

    def forward(self, window: Window) -> Tensor:
        """Select, read, look back, answer."""
        static = None if self.static is None else self.static(window.static[:, None])
        behind, ahead = self._selected(window, static)
        read, state = self.encoder(behind, _states(static))
        written, _ = self.decoder(ahead, state)
        local = self.locality(torch.cat([read, written], 1), torch.cat([behind, ahead], 1))
        rich = self.enrichment(local, static)
        queries = rich[:, -self.ahead :]
        found = self.attended(self.attention(queries, rich), queries)
        code = self.last(self.fed(found), local[:, -self.ahead :])
        shape = self.shape
        steps: Tensor = self.head(code)
        steps = steps.reshape(len(steps), -1, shape.channels, shape.outputs)
        added: Tensor = steps[:, : shape.horizon] + self.highway(window.past)
        return added

    def _selected(self, window: Window, static: Tensor | None) -> tuple[Tensor, Tensor]:
        """One code for every segment of the past and ahead."""
        lookback, length = self.shape.lookback, self.segment
        known = window.known[:, :lookback]
        rows = torch.cat([window.past, window.past_covariates, known], dim=2)
        behind = self.past(_variables(segments(rows, length), length), static)
        ahead = self.position.expand(len(behind), -1, -1)
        if self.known is not None:
            later = segments_ahead(window.known[:, lookback:], length)
            ahead = ahead + self.known(_variables(later, length), static)
        return behind, ahead


class SharedAttention(nn.Module):
    """Heads with queries and keys of their own and one value for all (Lim et al. 2021, eq. 13)."""

    def __init__(self, size: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(size, size)
        self.key = nn.Linear(size, size)
        self.value = nn.Linear(size, size // heads)
        self.out = nn.Linear(size // heads, size, bias=False)
        self.dropout = nn.Dropout(dropout)

    def forward(self, queries: Tensor, context: Tensor) -> Tensor:
        """Queries are the last of ``context``; none looks at what comes after it."""
        query, key = self._split(self.query(queries)), self._split(self.key(context))
        scores = query @ key.transpose(2, 3) / math.sqrt(query.shape[-1])
        count, total = queries.shape[1], context.shape[1]
        later = torch.ones(count, total, dtype=torch.bool, device=scores.device)
        later = later.triu(total - count + 1)
        share = scores.masked_fill(later, -math.inf).softmax(dim=-1).mean(dim=1)
        found: Tensor = self.out(self.dropout(share) @ self.value(context))
        return found

    def _split(self, tokens: Tensor) -> Tensor:
        batch, count, _ = tokens.shape
        return tokens.reshape(batch, count, self.heads, -1).transpose(1, 2)


def _variables(rows: Tensor, length: int) -> Tensor:
    """Segments ``[B, T, length * D]`` as ``[B, T, D, length]``."""
    batch, steps, _ = rows.shape
    return rows.reshape(batch, steps, length, -1).transpose(2, 3)


def _states(static: Tensor | None) -> tuple[Tensor, Tensor] | None:
    if static is None:
        return None
    state = static.transpose(0, 1).contiguous()
    return state, state


class TFTForecaster(NetForecaster):
    """The TFT shared by all channels and series, each scaled on its own."""

    name = "tft"
    settings_type = TFTSettings
    module_type = TFT
