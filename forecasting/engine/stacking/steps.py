"""Steps that stand for all others: scoring 720 of them would only cost time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.panel import Floats
from forecasting.engine.windows import scored_steps

CHOICE_STRIDE: Final = 3


@dataclass(frozen=True, eq=False)
class Steps:
    """``scored`` are the steps whose errors are kept (0 is the first), ``choice`` the places among
    them on which penalties are chosen."""

    horizon: int
    scored: NDArray[np.int64]
    choice: NDArray[np.int64]

    @staticmethod
    def of(horizon: int) -> Steps:
        """Each of the first 48 steps, then every seventh; a third of these to choose on."""
        scored = scored_steps(horizon)
        every = np.arange(0, len(scored), CHOICE_STRIDE)
        return Steps(horizon, scored, np.unique(np.append(every, len(scored) - 1)))

    @cached_property
    def shares(self) -> Floats:
        """The part of the horizon each choice step stands for, ``[c]``, summing to one."""
        chosen = self.scored[self.choice].astype(np.float64)
        edges = np.concatenate([[-0.5], (chosen[1:] + chosen[:-1]) / 2, [self.horizon - 0.5]])
        shares: Floats = np.diff(edges) / self.horizon
        return shares
