"""What a training step will take, told before it starts, and how large a batch it allows."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

import torch
from torch import Tensor, nn

from forecasting.engine.errors import TrainingError, gettext_noop
from forecasting.engine.neural.ledger import Ledger
from forecasting.engine.neural.windows import WindowSource

MIB: Final = 1024 * 1024
# Weights, two moments of AdamW, and the best weights so far; gradients are followed.
STATES: Final = 4
PROBES: Final = (2, 6)
# Larger blocks are mapped by themselves (allocator.py); measured with nets of all kinds.
GAPS: Final = 40 * MIB
FREE_SHARE: Final = 0.5
UNKNOWN_FREE: Final = 4 * 1024 * MIB


@dataclass(frozen=True)
class Memory:
    """Bytes a training takes: ``fixed``, and ``per_window`` of the batch worked on at once.

    Between small blocks lie gaps, as large as the blocks are but never more than ``gaps``.
    """

    fixed: int
    per_window: int
    gaps: int = 0

    def of(self, batch: int) -> int:
        """Bytes of a batch."""
        held = self.fixed + batch * self.per_window
        return held + min(held, self.gaps)

    def largest_batch(self, wanted: int, available: int) -> int:
        """The largest part of a batch of ``wanted`` windows, halved until it fits.

        Raises TrainingError when not even one window does.
        """
        batch = wanted
        while batch > 1 and self.of(batch) > available:
            batch = -(-batch // 2)
        if self.of(batch) > available:
            raise TrainingError(
                gettext_noop(
                    "Training needs %(needed)s MiB of memory and %(available)s MiB are available; "
                    "shorten the lookback or choose a smaller network."
                ),
                needed=-(-self.of(batch) // MIB),
                available=available // MIB,
            )
        return batch


def estimate(network: nn.Module, source: WindowSource, loss: Callable[..., Tensor]) -> Memory:
    """Followed on a step of two windows and one of six, so that it is known of every block how it
    grows with the batch.

    Never less than the tensors take at once; more by gradients of the weights that are not held at
    the moment when the windows take most.
    """
    few, many = (_entries(network, source, loss, batch) for batch in PROBES)
    own = STATES * sum(p.numel() * p.element_size() for p in network.parameters())
    if [size > 0 for size in few] != [size > 0 for size in many]:
        return Memory(own, _most(many) // PROBES[1], GAPS)
    growth = [(b - a) / (PROBES[1] - PROBES[0]) for a, b in zip(few, many, strict=True)]
    still = [a - PROBES[0] * each for a, each in zip(few, growth, strict=True)]
    return Memory(own + _most(still), _most(growth), GAPS)


def _entries(
    network: nn.Module, source: WindowSource, loss: Callable[..., Tensor], batch: int
) -> list[int]:
    """Blocks taken and given back in one step, which leaves no trace in the network."""
    buffers = [(buffer, buffer.clone()) for buffer in network.buffers()]
    ledger = Ledger()
    with torch.random.fork_rng(devices=[]), ledger:
        window, targets = source.batch(torch.zeros(batch, dtype=torch.int64))
        loss(network(window), targets).backward()  # type: ignore[no-untyped-call]
        del window, targets
    ledger.close()
    for parameter in network.parameters():
        parameter.grad = None
    for buffer, before in buffers:
        buffer.copy_(before)
    return ledger.entries


def _most(entries: Iterable[float]) -> int:
    """The most that is held at once."""
    return math.ceil(max(accumulate(entries), default=0))


def available(limit_mb: int, device: str) -> int:
    """Bytes a training may take: the limit, or half of what is free now."""
    if limit_mb:
        return limit_mb * MIB
    return int(FREE_SHARE * _free(device))


def _free(device: str) -> int:
    if device == "cuda":
        return int(torch.cuda.mem_get_info()[0])
    with suppress(OSError, ValueError, KeyError):
        with open("/proc/meminfo", encoding="ascii") as file:  # noqa: PTH123 -- not a real file
            facts = dict(line.split(":", 1) for line in file)
        return int(facts["MemAvailable"].split()[0]) * 1024
    with suppress(OSError, ValueError, AttributeError):
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    return UNKNOWN_FREE


def is_out_of_memory(problem: BaseException) -> bool:
    """Whether an allocator gave up; the one on the CPU raises a plain RuntimeError."""
    if isinstance(problem, MemoryError | torch.OutOfMemoryError):
        return True
    text = str(problem)
    return "can't allocate memory" in text or "not enough memory" in text
