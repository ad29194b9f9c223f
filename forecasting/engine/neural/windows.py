"""Training windows as tensor views; a batch is one index operation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from forecasting.engine.neural.window import Window

Batch = tuple[Window, Tensor]


class WindowSource(Protocol):
    """Anything that gives windows and targets ``[B, H, C]`` for window numbers."""

    def __len__(self) -> int: ...

    def batch(self, numbers: Tensor) -> Batch:
        """The windows with these numbers."""
        ...


@dataclass(frozen=True, eq=False)
class Rows:
    """Several series laid one after another: values ``[N, C]``, covariates ``[N, P]`` and
    ``[M, K]``, static ``[G, S]``, and mean and spread ``[G, C]`` of the unit of each series."""

    values: Tensor
    past: Tensor
    known: Tensor
    static: Tensor
    mean: Tensor
    spread: Tensor


@dataclass(frozen=True, eq=False)
class Starts:
    """Where each window begins in the values, the past and the known covariates, and its series."""

    values: Tensor
    past: Tensor
    known: Tensor
    series: Tensor


class SeriesWindows:
    """All windows of several series laid one after another, never copied as a whole."""

    def __init__(self, rows: Rows, starts: Starts, lookback: int, horizon: int) -> None:
        width = lookback + horizon
        self.rows, self.starts = rows, starts
        self.lookback = lookback
        self.view = _padded(rows.values, width).unfold(0, width, 1)
        self.past = _padded(rows.past, lookback).unfold(0, lookback, 1)
        self.known = _padded(rows.known, width).unfold(0, width, 1)

    def __len__(self) -> int:
        return len(self.starts.values)

    def batch(self, numbers: Tensor) -> Batch:
        """Gather ``[B, C, K]`` and split it; the transposes are views."""
        starts, rows = self.starts, self.rows
        block = self.view[starts.values[numbers]].transpose(1, 2)
        series = starts.series[numbers]
        window = Window(
            block[:, : self.lookback],
            self.past[starts.past[numbers]].transpose(1, 2),
            self.known[starts.known[numbers]].transpose(1, 2),
            rows.static[series],
            rows.mean[series],
            rows.spread[series],
        )
        return window, block[:, self.lookback :]


class ArrayWindows:
    """Windows that came as two arrays ``[W, L, C]`` and ``[W, H, C]``."""

    def __init__(self, inputs: Tensor, targets: Tensor) -> None:
        self.inputs, self.targets = inputs, targets

    def __len__(self) -> int:
        return len(self.inputs)

    def batch(self, numbers: Tensor) -> Batch:
        """The windows with these numbers."""
        targets = self.targets[numbers]
        return Window.plain(self.inputs[numbers], targets.shape[1]), targets


def _padded(rows: Tensor, least: int) -> Tensor:
    """At least ``least`` rows, so that a view can be taken."""
    missing = max(0, least - len(rows))
    return torch.cat([rows, rows.new_zeros(missing, rows.shape[1])]) if missing else rows
