"""N-HiTS (Challu et al. 2023): stacks that see the past ever finer and answer in ever more knots.

Each stack explains a part of the past, which is taken off before the next one, and adds its steps
ahead, interpolated between few knots.
"""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor, nn
from torch.nn.functional import interpolate, max_pool1d, relu

from forecasting.engine.network_settings import NHITSSettings
from forecasting.engine.neural.architecture import Architecture, fused, zeroed
from forecasting.engine.neural.module_forecaster import NetForecaster
from forecasting.engine.neural.window import Shape, Window


class NHITS(Architecture):
    """Pools of 4^(stacks - 1), …, 4 and 1 steps; as many knots as pools of a quarter of it."""

    takes_past = True

    def __init__(self, shape: Shape, settings: NHITSSettings) -> None:
        super().__init__(shape)
        pools = [4**power for power in reversed(range(settings.stacks))]
        self.stacks = nn.ModuleList(Stack(shape, settings, min(p, shape.lookback)) for p in pools)

    def forward(self, window: Window) -> Tensor:
        """The sum of what the stacks say."""
        total: Tensor | None = None
        for stack in self.stacks:
            explained, ahead = stack(window)
            window = window._replace(past=window.past - explained)
            total = ahead if total is None else total + ahead
        assert total is not None
        return total


class Stack(nn.Module):
    """A pooled past through a small net to knots of the past and of the steps ahead."""

    def __init__(self, shape: Shape, settings: NHITSSettings, pool: int) -> None:
        super().__init__()
        self.shape, self.pool = shape, pool
        size = settings.hidden_size
        width = -(-shape.lookback // pool) * shape.inputs
        sizes = [width, *([size] * settings.layers)]
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(sizes))
        self.dropout = nn.Dropout(settings.dropout)
        self.behind = max(1, shape.lookback // pool)
        self.ahead = max(1, shape.horizon // pool)
        self.past = zeroed(nn.Linear(size, self.behind * shape.channels))
        self.steps = zeroed(nn.Linear(size, self.ahead * shape.channels * shape.outputs))

    def forward(self, window: Window) -> tuple[Tensor, Tensor]:
        """What it explains ``[B, L, C]`` and its steps ahead ``[B, H, C, outputs]``."""
        shape = self.shape
        rows = fused(window).transpose(1, 2)
        inner = max_pool1d(rows, self.pool, self.pool, ceil_mode=True).flatten(1)
        for layer in self.layers:
            inner = self.dropout(relu(layer(inner)))
        past = _between(self.past(inner).unflatten(1, (-1, self.behind)), shape.lookback)
        ahead = _between(self.steps(inner).unflatten(1, (-1, self.ahead)), shape.horizon)
        split = ahead.reshape(len(ahead), shape.channels, shape.outputs, shape.horizon)
        return past.transpose(1, 2), split.permute(0, 3, 1, 2)


def _between(knots: Tensor, steps: int) -> Tensor:
    """Knots ``[B, D, K]`` as ``[B, D, steps]``, straight lines between them."""
    if knots.shape[2] == steps:
        return knots
    return interpolate(knots, size=steps, mode="linear", align_corners=False)


class NHITSForecaster(NetForecaster):
    """N-HiTS shared by all channels and series, each scaled on its own."""

    name = "nhits"
    settings_type = NHITSSettings
    module_type = NHITS
