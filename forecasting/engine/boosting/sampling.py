"""Which windows and steps the trees learn from: all of them, or an even draw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from forecasting.engine.boosting.histories import Places

# Inputs are costly per window and cheap per step, so a drawn window serves several steps.
LEAST_STEPS: Final = 8


@dataclass(frozen=True, eq=False)
class Rows:
    """Windows of ``variates`` ``[n]`` before ``origins`` ``[n]``, at ``steps`` ``[n, k]`` ahead."""

    variates: Places
    origins: Places
    steps: Places

    def targets(self) -> Places:
        """Rows of the series that are forecast, ``[n, k]``."""
        return self.origins[:, None] + self.steps

    def part(self, first: int, last: int) -> Rows:
        """The windows ``first:last``."""
        return Rows(self.variates[first:last], self.origins[first:last], self.steps[first:last])

    def __len__(self) -> int:
        return len(self.origins)


def training_rows(ends: Places, horizon: int, most: int, seed: int) -> Rows:
    """Windows whose targets lie before ``ends[v]``, at most ``most`` rows in all.

    A window at which fewer steps fit than asked repeats some of them at the same spacing.
    """
    sizes = np.maximum(ends - 1, 0)
    total = int(sizes.sum())
    per_window = min(horizon, max(-(-most // max(total, 1)), LEAST_STEPS))
    count = min(total, max(1, most // per_window))
    random = np.random.default_rng(seed)
    chosen = np.arange(total)
    if count < total:
        # One window from each of equally long stretches: even over series and time.
        chosen = ((chosen[:count] + random.random(count)) * (total / count)).astype(np.int64)
    bounds = np.cumsum(sizes)
    variates = np.searchsorted(bounds, chosen, side="right").astype(np.int64)
    origins = chosen - (bounds - sizes)[variates] + 1
    room = np.minimum(horizon, ends[variates] - origins)[:, None]
    jitter = random.random((len(chosen), per_window)) if per_window < horizon else 0.0
    steps = (np.arange(per_window) + jitter) * room / per_window
    return Rows(variates, origins, steps.astype(np.int64))
