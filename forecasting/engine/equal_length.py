"""Series of equal length side by side, so that a rule walks over many of them at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.calendar_steps import Times
from forecasting.engine.frequency import Frequency
from forecasting.engine.panel import Floats, Panel


@dataclass(frozen=True, eq=False)
class Block:
    """``columns`` ``[V, T]`` of the variates ``numbers`` (series * C + channel).

    ``start`` is the first time of all of them when they were gathered by start.
    """

    numbers: NDArray[np.int64]
    columns: Floats
    start: np.datetime64
    frequency: Frequency

    def times(self, steps: int) -> Times:
        """The times of the rows and of what follows, ``[steps]``."""
        return self.frequency.at(np.array([self.start]), np.arange(steps, dtype=np.int64))


def blocks(
    panel: Panel, columns: Sequence[Floats], largest: int, *, same_start: bool = False
) -> Iterator[Block]:
    """The variates of ``panel`` by length, and by start if asked, at most ``largest`` a block."""
    channels = len(panel.channels)
    lengths = np.array([len(column) for column in columns])
    starts = np.repeat(panel.starts.view(np.int64), channels)
    keys = np.stack([lengths, starts if same_start else np.zeros_like(starts)])
    _, groups = np.unique(keys, axis=1, return_inverse=True)
    order = np.argsort(groups.ravel(), kind="stable")
    cuts = np.flatnonzero(np.diff(groups.ravel()[order])) + 1
    for members in np.split(order, cuts):
        for first in range(0, len(members), largest):
            numbers = members[first : first + largest]
            table = np.stack([columns[number] for number in numbers])
            start = panel.starts[numbers[0] // channels]
            yield Block(numbers, table, start, panel.frequency)
