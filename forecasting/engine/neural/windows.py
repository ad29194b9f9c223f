"""Training windows as tensor views; a batch is one index operation."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Batch = tuple[Tensor, Tensor]


class WindowSource(Protocol):
    """Anything that gives inputs ``[B, L, C]`` and targets ``[B, H, C]`` for window numbers."""

    def __len__(self) -> int: ...

    def batch(self, numbers: Tensor) -> Batch:
        """The windows with these numbers."""
        ...


class SeriesWindows:
    """All windows of several series laid one after another, never copied as a whole.

    ``rows`` is ``[N, C]``; ``starts`` are the rows at which a window of ``lookback + horizon`` rows
    may begin without crossing into the next series.
    """

    def __init__(self, rows: Tensor, starts: Tensor, lookback: int, horizon: int) -> None:
        self.view = rows.unfold(0, lookback + horizon, 1)
        self.starts = starts
        self.lookback = lookback

    def __len__(self) -> int:
        return len(self.starts)

    def batch(self, numbers: Tensor) -> Batch:
        """Gather ``[B, C, K]`` and split it; the transposes are views."""
        block = self.view[self.starts[numbers]].transpose(1, 2)
        return block[:, : self.lookback], block[:, self.lookback :]


class ArrayWindows:
    """Windows that came as two arrays ``[W, L, C]`` and ``[W, H, C]``."""

    def __init__(self, inputs: Tensor, targets: Tensor) -> None:
        self.inputs, self.targets = inputs, targets

    def __len__(self) -> int:
        return len(self.inputs)

    def batch(self, numbers: Tensor) -> Batch:
        """The windows with these numbers."""
        return self.inputs[numbers], self.targets[numbers]


def series_windows(
    columns: list[NDArray[np.float64]],
    bounds: list[tuple[int, int]],
    lookback: int,
    horizon: int,
) -> SeriesWindows:
    """Windows of series ``[T, C]`` whose targets lie in the rows ``[low, high)`` of ``bounds``.

    Inputs may reach before ``low``; nothing reaches ``high`` or beyond.
    """
    offsets = np.cumsum([0, *(len(c) for c in columns)])
    starts = [
        np.arange(max(0, low - lookback), high - lookback - horizon + 1) + offset
        for (low, high), offset in zip(bounds, offsets, strict=False)
    ]
    rows = torch.from_numpy(np.concatenate(columns).astype(np.float32))
    missing = lookback + horizon - len(rows)
    if missing > 0:
        rows = torch.cat([rows, torch.zeros(missing, rows.shape[1])])
    return SeriesWindows(rows, torch.from_numpy(np.concatenate(starts)), lookback, horizon)
