"""How long a window takes to learn from, counted instead of timed.

A budget that is kept by the clock trains a little more on one day than on the next, and the numbers
differ. So the operations of one window are counted, and the clock is only the last resort.
"""

from __future__ import annotations

from typing import Any, Final

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from forecasting.engine.neural.windows import WindowSource

# What one thread of a server core does in such nets, a cautious figure; a GPU does far more.
RATE: Final = {"cpu": 8e9, "cuda": 2e12}
# Beside the counted products: moving windows, activations, the optimiser.
SECONDS_PER_WINDOW: Final = {"cpu": 1e-4, "cuda": 2e-6}
PROBE: Final = 2
# Forward, and twice as much backward.
PASSES: Final = 3
SHARE: Final = 0.8


def affordable_windows(
    network: nn.Module, source: WindowSource, seconds: float, device: str
) -> float:
    """How many windows ``network`` learns from in ``seconds``, about; the same on every call."""
    each = PASSES * operations(network, source) / RATE[device] + SECONDS_PER_WINDOW[device]
    return SHARE * seconds / each


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
