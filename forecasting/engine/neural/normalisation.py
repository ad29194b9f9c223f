"""Every window on its own scale before a network sees it, back on that of the data after.

Taking the last value off is NLinear's (Zeng et al. 2023); mean and standard deviation of the window
are reversible instance normalisation without its learned part (Kim et al. 2022).
"""

from __future__ import annotations

from typing import Final, NamedTuple

import torch
from torch import Tensor

NORMALISATIONS: Final = ("last", "mean", "standard")
SMALLEST_SIZE: Final = 1e-3


class Place(NamedTuple):
    """Where a window lies: ``anchor`` and ``size`` ``[B, 1, C]``."""

    anchor: Tensor
    size: Tensor


def place_of(past: Tensor, normalisation: str) -> Place:
    """Anchor and size of windows ``[B, L, C]``."""
    if normalisation == "last":
        last = past[:, -1:]
        return Place(last, torch.ones_like(last))
    anchor = past.mean(dim=1, keepdim=True)
    if normalisation == "mean":
        return Place(anchor, torch.ones_like(anchor))
    size = past.std(dim=1, keepdim=True, correction=0)
    # A window that hardly moves keeps the scale of the series, else its noise would be blown up.
    return Place(anchor, torch.where(size > SMALLEST_SIZE, size, torch.ones_like(size)))
