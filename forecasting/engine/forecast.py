"""What a model answers: a mean, intervals and the times they belong to."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.engine.calendar_steps import Times


@dataclass(frozen=True, eq=False)
class Forecast:
    """``mean`` is ``[S, H, C]``, ``lower`` and ``upper`` hold the same per level in percent.

    ``times`` is ``[S, H]``; ``notes`` are sentences a reader of the intervals should see.
    """

    model: str
    ids: tuple[str, ...]
    channels: tuple[str, ...]
    times: Times
    mean: NDArray[np.float64]
    lower: dict[float, NDArray[np.float64]] = field(default_factory=dict)
    upper: dict[float, NDArray[np.float64]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """One name per series and channel, as in Panel.labels."""
        if len(self.channels) == 1:
            return self.ids
        if len(self.ids) == 1:
            return self.channels
        return tuple(f"{name}/{channel}" for name in self.ids for channel in self.channels)

    def to_frame(self) -> pd.DataFrame:
        """Long table: ``unique_id, ds, <model>, <model>-lo-80, <model>-hi-80, …``."""
        _, steps, channels = self.mean.shape
        times = np.repeat(self.times[:, None, :], channels, axis=1)
        table = {
            "unique_id": np.repeat(np.array(self.labels, dtype=object), steps),
            "ds": times.reshape(-1),
            self.model: flat(self.mean),
        }
        for level in sorted(self.lower):
            table[f"{self.model}-lo-{level:g}"] = flat(self.lower[level])
            table[f"{self.model}-hi-{level:g}"] = flat(self.upper[level])
        return pd.DataFrame(table)


def flat(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """``[S, H, C]`` as one column, series first, then channel, then step."""
    return values.transpose(0, 2, 1).reshape(-1)
