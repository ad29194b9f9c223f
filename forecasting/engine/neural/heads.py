"""What the last layer of a network describes: a point, quantiles or a distribution.

Distributions as in DeepAR (Salinas et al. 2020), for all steps at once. Parameters are those of the
scaled values, so that every head can be asked for quantiles in the same unit.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Final

import torch
from torch import Tensor, nn

from forecasting.engine.neural.normalisation import Place
from forecasting.engine.neural.window import Window

# softplus of this is one: an untrained scale is that of the window.
UNIT: Final = 0.541324854612918
SMALLEST: Final = 1e-4


class Head(ABC):
    """``outputs`` numbers per value; stateless."""

    outputs: int = 1

    @abstractmethod
    def placed(self, answer: Tensor, place: Place, window: Window) -> Tensor:
        """Parameters ``[B, H, C, outputs]`` in the scale of the values."""

    @abstractmethod
    def loss(self, parameters: Tensor, targets: Tensor) -> Tensor:
        """Mean loss against ``[B, H, C]``."""

    @abstractmethod
    def centre(self, parameters: Tensor) -> Tensor:
        """The forecast ``[B, H, C]``."""

    @abstractmethod
    def quantiles(self, parameters: Tensor, probabilities: Sequence[float]) -> Tensor:
        """``[Q, B, H, C]``; not for a point."""


class PointHead(Head):
    """One number; its error is absolute, squared or Huber's."""

    def __init__(self, loss: str) -> None:
        self.measure = {
            "mae": nn.functional.l1_loss,
            "mse": nn.functional.mse_loss,
            "huber": nn.functional.smooth_l1_loss,
        }[loss]

    def placed(self, answer: Tensor, place: Place, window: Window) -> Tensor:
        return answer * place.size[..., None] + place.anchor[..., None]

    def loss(self, parameters: Tensor, targets: Tensor) -> Tensor:
        return self.measure(parameters[..., 0], targets)

    def centre(self, parameters: Tensor) -> Tensor:
        return parameters[..., 0]

    def quantiles(self, parameters: Tensor, probabilities: Sequence[float]) -> Tensor:
        return parameters[..., 0].expand(len(probabilities), *parameters.shape[:-1])


class QuantileHead(Head):
    """Some quantiles at once, learned by the pinball loss (Koenker and Bassett 1978)."""

    def __init__(self, probabilities: Sequence[float]) -> None:
        self.probabilities = tuple(probabilities)
        self.outputs = len(self.probabilities)
        self.middle = self.probabilities.index(0.5)

    def placed(self, answer: Tensor, place: Place, window: Window) -> Tensor:
        return answer * place.size[..., None] + place.anchor[..., None]

    def loss(self, parameters: Tensor, targets: Tensor) -> Tensor:
        gap = targets[..., None] - parameters
        share = gap.new_tensor(self.probabilities)
        return torch.maximum(share * gap, (share - 1) * gap).mean() * 2

    def centre(self, parameters: Tensor) -> Tensor:
        return parameters.sort(dim=-1).values[..., self.middle]

    def quantiles(self, parameters: Tensor, probabilities: Sequence[float]) -> Tensor:
        ordered = parameters.sort(dim=-1).values
        places = [self.probabilities.index(p) for p in probabilities]
        return ordered[..., places].movedim(-1, 0)
