"""What a training step will take, told before it starts, and how large a batch it allows."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import torch
from torch import Tensor, nn

from forecasting.engine.errors import TrainingError, gettext_noop
from forecasting.engine.neural.windows import WindowSource

MIB: Final = 1024 * 1024
# Weights, their gradients, two moments of AdamW, and the best weights so far.
COPIES: Final = 5
PROBE: Final = 4
FREE_SHARE: Final = 0.5
UNKNOWN_FREE: Final = 4 * 1024 * MIB


@dataclass(frozen=True)
class Memory:
    """Bytes a training takes: ``fixed``, and ``per_window`` of the batch worked on at once."""

    fixed: int
    per_window: int

    def of(self, batch: int) -> int:
        """Bytes of a batch."""
        return self.fixed + batch * self.per_window

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
    """Measured on a probe of four windows: what autograd keeps for the way back.

    The way back holds the gradient of a layer beside what is kept, the largest of which is added.
    """
    kept: dict[int, int] = {}
    parameters = {p.untyped_storage().data_ptr() for p in network.parameters()}

    def keep(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in parameters:
            kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    # The same window again and again: a view of all rows would count them.
    window, targets = source.batch(torch.zeros(PROBE, dtype=torch.int64))
    with torch.random.fork_rng(devices=[]), torch.autograd.graph.saved_tensors_hooks(keep, _same):
        result = loss(network(window), targets)
    own = sum(p.numel() * p.element_size() for p in network.parameters())
    del result
    activations = sum(kept.values()) + 2 * max(kept.values(), default=0)
    data = sum(part.numel() * part.element_size() for part in (*window, targets))
    return Memory(COPIES * own, (activations + data) // PROBE)


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


def _same(tensor: Any) -> Any:
    return tensor
