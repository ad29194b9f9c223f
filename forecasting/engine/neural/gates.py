"""Parts of the temporal fusion transformer: gated residual networks and variable selection."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import elu, glu


class GatedResidual(nn.Module):
    """A small net whose gate may close, and a way around it (Lim et al. 2021, eq. 2)."""

    def __init__(self, inputs: int, size: int, dropout: float, context: int = 0) -> None:
        super().__init__()
        self.inner = nn.Linear(inputs, size)
        self.context = nn.Linear(context, size, bias=False) if context else None
        self.outer = nn.Linear(size, size)
        self.gate = nn.Linear(size, 2 * size)
        self.straight = nn.Linear(inputs, size) if inputs != size else nn.Identity()
        self.dropout = nn.Dropout(dropout)
        self.normal = nn.LayerNorm(size)

    def forward(self, inputs: Tensor, context: Tensor | None = None) -> Tensor:
        """``[B, T, inputs]`` to ``[B, T, size]``; ``context`` is ``[B, 1, context]``."""
        inner = self.inner(inputs)
        if self.context is not None and context is not None:
            inner = inner + self.context(context)
        gated = glu(self.gate(self.dropout(self.outer(elu(inner)))), dim=-1)
        normal: Tensor = self.normal(self.straight(inputs) + gated)
        return normal


class Added(nn.Module):
    """What a part found, through a gate, added to what went in and normalised."""

    def __init__(self, size: int, dropout: float) -> None:
        super().__init__()
        self.gate = nn.Linear(size, 2 * size)
        self.dropout = nn.Dropout(dropout)
        self.normal = nn.LayerNorm(size)

    def forward(self, found: Tensor, before: Tensor) -> Tensor:
        """Both ``[B, T, size]``."""
        normal: Tensor = self.normal(before + glu(self.gate(self.dropout(found)), dim=-1))
        return normal


class Selection(nn.Module):
    """Weighs the variables of a step against each other (Lim et al. 2021, section 4.2).

    ``width`` numbers belong to every variable; ``context`` is the size of the static code.
    """

    def __init__(self, variables: int, width: int, size: int, dropout: float, context: int) -> None:
        super().__init__()
        self.entries = nn.ModuleList(nn.Linear(width, size) for _ in range(variables))
        self.own = nn.ModuleList(GatedResidual(size, size, dropout) for _ in range(variables))
        self.weights = GatedResidual(variables * size, size, dropout, context)
        self.share = nn.Linear(size, variables)

    def forward(self, variables: Tensor, context: Tensor | None) -> Tensor:
        """``[B, T, variables, width]`` to ``[B, T, size]``."""
        entered = [entry(variables[:, :, n]) for n, entry in enumerate(self.entries)]
        share = self.share(self.weights(torch.cat(entered, dim=-1), context)).softmax(dim=-1)
        each = torch.stack([net(one) for net, one in zip(self.own, entered, strict=True)], dim=-1)
        selected: Tensor = (each * share[:, :, None, :]).sum(dim=-1)
        return selected
