"""Dropout (Srivastava et al. 2014) whose masks cost a third on a CPU.

There torch draws one random number per activation, which takes longer than the layers around it in
a small net. One 64-bit number holds eight masks, if shares are taken in 256ths.
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn

STEPS: Final = 256
LOWEST: Final = -(2**63)


class ByteDropout(nn.Dropout):
    """As ``nn.Dropout``, the share of zeros rounded to a 256th; what is left is scaled by it."""

    def forward(self, input: Tensor) -> Tensor:
        """The same shape."""
        few = round(self.p * STEPS)
        if not self.training or self.inplace or input.device.type != "cpu" or not 0 < few < STEPS:
            return super().forward(input)
        count = input.numel()
        drawn = torch.empty(-(-count // 8), dtype=torch.int64).random_(LOWEST, None)
        kept = drawn.view(torch.uint8)[:count].view(input.shape) >= few
        return input * (kept * (STEPS / (STEPS - few))).to(input.dtype)


def with_byte_dropout(network: nn.Module) -> None:
    """Let every plain dropout layer of a network draw its masks so; weights stay as they are."""
    for part in list(network.modules()):
        for name, child in list(part.named_children()):
            if type(child) is nn.Dropout:
                setattr(part, name, ByteDropout(child.p, child.inplace).train(child.training))
