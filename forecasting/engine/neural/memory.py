"""What a training step will take, told before it starts, and how large a batch it allows."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import torch
from torch import nn

from forecasting.engine.errors import TrainingError, gettext_noop
from forecasting.engine.neural.probing import Probe

MIB: Final = 1024 * 1024
# Weights, two moments of AdamW, and the best weights so far; gradients are followed.
STATES: Final = 4
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


def estimate(network: nn.Module, probe: Probe) -> Memory:
    """Never less than the tensors take at once; more by gradients of the weights that are not held
    at the moment when the windows take most."""
    own = STATES * sum(p.numel() * p.element_size() for p in network.parameters())
    still, each = probe.held
    return Memory(own + still, each, GAPS)


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
