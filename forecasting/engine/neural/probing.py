"""One training step on a few windows, followed block by block, before the real ones start."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

import torch

from forecasting.engine.neural.ledger import Ledger
from forecasting.engine.neural.network import WindowNetwork
from forecasting.engine.neural.windows import WindowSource

FEW: Final = 2
MANY: Final = 6


@dataclass(frozen=True)
class Probe:
    """Blocks of memory in the order in which a step takes them and, below zero, gives them back:
    the bytes by which each grows with a window, and those it has without any."""

    growth: list[float]
    still: list[float]

    @staticmethod
    def of(network: WindowNetwork, source: WindowSource) -> Probe:
        """Two steps of different size tell how each block grows; the same on every call."""
        few, many = (entries(network, source, batch) for batch in (FEW, MANY))
        if [size > 0 for size in few] != [size > 0 for size in many]:
            return Probe([size / MANY for size in many], [])
        growth = [(b - a) / (MANY - FEW) for a, b in zip(few, many, strict=True)]
        still = [a - FEW * each for a, each in zip(few, growth, strict=True)]
        return Probe(growth, still)

    @property
    def blocks(self) -> int:
        """How many are taken, about one for each operation."""
        return sum(size > 0 for size in self.growth)

    @property
    def moved(self) -> float:
        """Bytes taken for each window, one after another."""
        return sum(size for size in self.growth if size > 0)

    @property
    def held(self) -> tuple[int, int]:
        """The most bytes held at once: without a window, and more for each."""
        return _most(self.still), _most(self.growth)


def entries(network: WindowNetwork, source: WindowSource, batch: int) -> list[int]:
    """Blocks taken and given back in one step, which leaves no trace in the network."""
    buffers = [(buffer, buffer.clone()) for buffer in network.buffers()]
    ledger = Ledger()
    with torch.random.fork_rng(devices=[]), ledger:
        window, targets = source.batch(torch.zeros(batch, dtype=torch.int64))
        loss = network.head.loss(network(window), targets)
        loss.backward()  # type: ignore[no-untyped-call]
        del window, targets, loss
    ledger.close()
    for parameter in network.parameters():
        parameter.grad = None
    for buffer, before in buffers:
        buffer.copy_(before)
    return ledger.entries


def _most(sizes: Iterable[float]) -> int:
    return math.ceil(max(accumulate(sizes), default=0))
