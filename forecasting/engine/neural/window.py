"""What a network is shown, and the sizes it is built for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from torch import Tensor


class Window(NamedTuple):
    """A batch of windows, all float32.

    ``past`` ``[B, L, C]`` are the values; ``past_covariates`` ``[B, L, P]``, ``known``
    ``[B, L + H, K]`` and ``static`` ``[B, S]`` are the covariates, with no columns where there are
    none. ``mean`` and ``spread`` ``[B, C]`` lead from the scale of the values to the unit of the
    data: ``unit = value * spread + mean``.
    """

    past: Tensor
    past_covariates: Tensor
    known: Tensor
    static: Tensor
    mean: Tensor
    spread: Tensor

    @staticmethod
    def plain(past: Tensor, horizon: int) -> Window:
        """Windows ``[B, L, C]`` without covariates, in the unit of the data."""
        batch, lookback, channels = past.shape
        return Window(
            past,
            past.new_zeros(batch, lookback, 0),
            past.new_zeros(batch, lookback + horizon, 0),
            past.new_zeros(batch, 0),
            past.new_zeros(batch, channels),
            past.new_ones(batch, channels),
        )

    def to(self, device: str) -> Window:
        """The same on another device."""
        return self if device == "cpu" else Window(*(part.to(device) for part in self))

    def part(self, first: int, last: int) -> Window:
        """The windows ``first:last`` of the batch."""
        return Window(*(tensor[first:last] for tensor in self))


@dataclass(frozen=True)
class Shape:
    """Sizes a network is built for: steps back and ahead, channels, numbers it answers per value
    (``outputs``), columns of each kind of covariate, and steps of one season."""

    lookback: int
    horizon: int
    channels: int = 1
    outputs: int = 1
    past: int = 0
    known: int = 0
    static: int = 0
    season: int = 1

    @property
    def inputs(self) -> int:
        """Columns of ``fused``."""
        return self.channels + self.past + self.known + self.static
