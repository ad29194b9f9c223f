"""How long a window takes to learn from, counted instead of timed.

A budget that is kept by the clock trains a little more on one day than on the next, and the numbers
differ. So what one window costs is counted on a probe, and the clock is only the last resort.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from forecasting.engine.neural.network import WindowNetwork
from forecasting.engine.neural.probing import Probe
from forecasting.engine.neural.schedule import LEAST_EPOCHS
from forecasting.engine.neural.windows import WindowSource
from forecasting.engine.neural_settings import TrainingSettings


@dataclass(frozen=True)
class Prices:
    """Seconds for one floating point operation, one byte of a result, one result whatever its
    size, one step of the optimiser on one weight, and one window."""

    operation: float
    byte: float
    result: float
    weight: float
    window: float


# One thread of a server core, fitted to 37 nets of twelve kinds, of which each takes 0.6 to 1.7
# times as long as they say. Those of a GPU are cautious guesses.
PRICES: Final = {
    "cpu": Prices(1 / 180e9, 4.8e-10, 2e-6, 5e-9, 5e-6),
    "cuda": Prices(1 / 10e12, 2e-12, 2e-5, 1e-10, 1e-6),
}
# Forward, and twice as much backward.
PASSES: Final = 3
# Looking at a window to validate, compared with learning from it.
LOOK: Final = 0.3
# A budget is spent to so much, so that a net that costs more than was counted keeps it.
SHARE: Final = 0.68
PROBE: Final = 2


def seconds_per_window(
    network: WindowNetwork, source: WindowSource, probe: Probe, batch_size: int, device: str
) -> float:
    """What learning from one window takes, about; the same on every call."""
    price = PRICES[device]
    weights = sum(p.numel() for p in network.parameters())
    each_step = probe.blocks * price.result + weights * price.weight
    products = PASSES * operations(network, source) * price.operation
    return products + probe.moved * price.byte + price.window + each_step / batch_size


def affordable_windows(each: float, settings: TrainingSettings, looked_at: int) -> float:
    """How many windows of ``each`` seconds can be learned from in the budget, when ``looked_at``
    windows validate after every epoch; at least half of the budget is for learning."""
    windows = SHARE * settings.max_seconds / each
    look = LOOK * looked_at
    full_epochs = windows / (1 + look / settings.epoch_windows)
    if full_epochs >= LEAST_EPOCHS * settings.epoch_windows:
        return full_epochs
    return max(windows / 2, windows - LEAST_EPOCHS * look)


def operations(network: nn.Module, source: WindowSource) -> float:
    """Floating point operations of one window forward."""
    probe = torch.zeros(PROBE, dtype=torch.int64)
    window, _ = source.batch(probe)
    recurrent: list[float] = []
    hooks = [
        part.register_forward_hook(lambda *call: recurrent.append(_recurrent(*call)))
        for part in network.modules()
        if isinstance(part, nn.RNNBase)
    ]
    training = network.training
    try:
        # The counter follows gradients, so they must be there.
        with FlopCounterMode(display=False) as counter:
            network.eval()(window)
    finally:
        network.train(training)
        for hook in hooks:
            hook.remove()
    # The counter does not look into recurrent layers, or counts their products itself.
    return max(float(counter.get_total_flops()), sum(recurrent)) / PROBE


def _recurrent(layer: nn.Module, inputs: tuple[Any, ...], _output: object) -> float:
    """Two operations per weight, step and window."""
    batch, steps = (int(size) for size in inputs[0].shape[:2])
    weights = sum(p.numel() for name, p in layer.named_parameters() if name.startswith("weight"))
    return 2.0 * weights * batch * steps
