"""Steps ahead in blocks that are treated alike: near ones narrow, far ones wide."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

LONG: Final = (6, 24, 48, 96, 192, 336, 720, 1440, 2880)
SHORT: Final = (8, 24, 36, 48, 60, 72)
SHORT_HORIZON: Final = 80


def block_ends(horizon: int) -> NDArray[np.int64]:
    """Where each block of ``horizon`` steps ends, the last one at ``horizon``."""
    ends = SHORT if horizon < SHORT_HORIZON else LONG
    return np.array([*(end for end in ends if end < horizon), horizon], dtype=np.int64)


def block_of(steps: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """The block of each step (0 is the first); a step beyond the last belongs to it."""
    return np.minimum(np.searchsorted(ends, steps, side="right"), len(ends) - 1)
