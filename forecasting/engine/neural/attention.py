"""Attention with several heads (Vaswani et al. 2017), the only copy of it.

Dropout falls on what the heads found, not on their weights: weights without it never leave the
fused product, which takes half the time and a fraction of the memory.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention


class Attention(nn.Module):
    """Queries ``[B, N, D]`` look at ``[B, M, D]``; ``causal`` hides what comes after a query."""

    def __init__(
        self, size: int, heads: int, dropout: float = 0.0, *, causal: bool = False
    ) -> None:
        super().__init__()
        self.heads = heads
        self.dropout = nn.Dropout(dropout)
        self.causal = causal
        self.query = nn.Linear(size, size)
        self.both = nn.Linear(size, 2 * size)
        self.out = nn.Linear(size, size)

    def forward(self, queries: Tensor, context: Tensor) -> Tensor:
        """What the queries found, ``[B, N, D]``."""
        query = self._split(self.query(queries))
        key, value = (self._split(part) for part in self.both(context).chunk(2, dim=-1))
        found = scaled_dot_product_attention(query, key, value, is_causal=self.causal)
        joined: Tensor = self.out(self.dropout(found.transpose(1, 2).flatten(2)))
        return joined

    def _split(self, tokens: Tensor) -> Tensor:
        """``[B, N, D]`` as ``[B, heads, N, D / heads]``."""
        batch, count, _ = tokens.shape
        return tokens.reshape(batch, count, self.heads, -1).transpose(1, 2)


def waves(count: int, size: int) -> Tensor:
    """Positions ``[count, size]`` as sines and cosines of growing length, to start learning from.

    Smaller or random ones drown beside the values, and attention cannot tell one step from another.
    """
    lengths = torch.exp(torch.arange(0, size, 2) * (-math.log(10_000.0) / size))
    angles = torch.arange(count)[:, None] * lengths
    return torch.stack([angles.sin(), angles.cos()], dim=2).flatten(1)[:, :size]
