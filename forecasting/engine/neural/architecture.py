"""What a network of ours is: windows in, the numbers of the last layer out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from forecasting.engine.neural.window import Shape, Window


class Architecture(nn.Module, ABC):
    """Maps a Window to ``[B, H, C, outputs]``, all relative to the anchor of the window.

    ``normalisation`` says what is taken off every window (see normalisation.py). One that
    does not take the covariates of the steps ahead itself (``takes_future``) gets a correction from
    them; ``takes_past`` says whether it reads the other covariates.
    """

    normalisation: ClassVar[str] = "last"
    takes_future: ClassVar[bool] = False
    takes_past: ClassVar[bool] = False

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape

    @classmethod
    def built(cls, shape: Shape, settings: Any) -> Architecture:
        """An untrained network of these sizes."""
        return cls(shape, settings)  # type: ignore[call-arg]

    @abstractmethod
    def forward(self, window: Window) -> Tensor:
        """Answer ``[B, H, C, outputs]``."""

    def answer(self, flat: Tensor) -> Tensor:
        """``[B, H * C * outputs]`` as ``[B, H, C, outputs]``."""
        shape = self.shape
        return flat.reshape(len(flat), shape.horizon, shape.channels, shape.outputs)

    @property
    def answers(self) -> int:
        """Numbers per window."""
        return self.shape.horizon * self.shape.channels * self.shape.outputs


def fused(window: Window) -> Tensor:
    """Values and covariates of the past side by side, ``[B, L, inputs]``."""
    lookback = window.past.shape[1]
    if window.static.shape[1] + window.known.shape[2] + window.past_covariates.shape[2] == 0:
        return window.past
    static = window.static[:, None, :].expand(-1, lookback, -1)
    parts = [window.past, window.past_covariates, window.known[:, :lookback], static]
    return torch.cat(parts, dim=2)


def future(window: Window) -> Tensor:
    """Covariates of the steps ahead, ``[B, H, known + static]``."""
    ahead = window.known[:, window.past.shape[1] :]
    static = window.static[:, None, :].expand(-1, ahead.shape[1], -1)
    return torch.cat([ahead, static], dim=2)


def zeroed(layer: nn.Linear) -> nn.Linear:
    """Untrained it answers zero, which is the anchor of the window once that is added back."""
    nn.init.zeros_(layer.weight)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer
