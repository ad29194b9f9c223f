"""A linear map from the past to all steps beside a network, as in LSTNet (Lai et al. 2018).

Attention over single steps learns slowly; with the few windows that a minute on a CPU shows, it
would forecast little more than a level. The network learns what a linear map cannot say.
"""

from __future__ import annotations

from torch import Tensor, nn

from forecasting.engine.neural.architecture import zeroed
from forecasting.engine.neural.window import Shape


class Highway(nn.Module):
    """The same map for every channel, starting at zero."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.linear = zeroed(nn.Linear(shape.lookback, shape.horizon))

    def forward(self, past: Tensor) -> Tensor:
        """Values ``[B, L, C]`` as ``[B, H, C, 1]``, to be added to every output."""
        steps: Tensor = self.linear(past.transpose(1, 2)).transpose(1, 2)
        return steps[..., None]
