"""A small net's correction of the stack, as far as held-out windows allow it.

The net sees the newest inputs less their last value, never the level: a net that knows the level
wins on validation rows and loses after them. Forecasting needs numpy only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.blocks import block_ends, block_of
from forecasting.engine.panel import Floats
from forecasting.engine.stacking.origins import Singles
from forecasting.engine.windows import inputs

GATES: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
# A gain smaller than this on the held-out windows is taken for chance.
LEAST_GAIN: Final = 0.005


@dataclass(frozen=True, eq=False)
class Refinement:
    """One hidden layer: ``first`` ``[L, K]``, ``bias`` ``[K]``, ``second`` ``[K, H]``; ``gate``
    ``[H]`` says how much of it is believed at each step."""

    first: Singles
    bias: Singles
    second: Singles
    gate: Singles

    def of(self, column: Floats, origins: NDArray[np.int64], horizon: int) -> Singles:
        """Corrections ``[n, horizon]`` on the scale of ``column``."""
        seen = inputs(column, origins, len(self.first)).astype(np.float32)
        hidden = np.maximum((seen - seen[:, -1:]) @ self.first + self.bias, 0.0)
        found: Singles = (hidden @ self.second[:, :horizon]) * self.gate[:horizon]
        return found

    def arrays(self) -> dict[str, NDArray[Any]]:
        """To be saved; the constructor takes them back."""
        return {
            "first": self.first,
            "bias": self.bias,
            "second": self.second,
            "gate": self.gate,
        }


def gated(
    errors: Floats, corrections: Floats, known: Floats, steps: NDArray[np.int64], horizon: int
) -> Singles:
    """How much of ``corrections`` ``[n, s]`` to believe per step ``[H]``, by absolute error.

    ``errors`` ``[n, s]`` are truth less forecast on held-out windows, ``known`` is 0 where nothing
    was observed. A block opens only when it gains at least half a percent.
    """
    ends = block_ends(horizon)
    blocks = block_of(steps, ends)
    gates = np.zeros(len(ends))
    for block in range(len(ends)):
        places = blocks == block
        weight = known[:, places]
        if not weight.any():
            continue
        gap, move = errors[:, places], corrections[:, places]
        costs = [float(np.sum(np.abs(gap - gate * move) * weight)) for gate in GATES]
        best = int(np.argmin(costs))
        if costs[best] < (1 - LEAST_GAIN) * costs[0]:
            gates[block] = GATES[best]
    every = block_of(np.arange(horizon), ends)
    return gates[every].astype(np.float32)
