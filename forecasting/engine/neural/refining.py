"""Train the small net that corrects a linear stack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from forecasting.engine.budget import TimeBudget
from forecasting.engine.panel import Floats
from forecasting.engine.watch import Watch

LOOKBACK: Final = 336
WINDOWS_PER_INPUT: Final = 40
HIDDEN: Final = 128
BATCH: Final = 256
EPOCHS: Final = 6
LEAST_STEPS: Final = 800
EPOCH_WINDOWS: Final = 20_000
MOST_SECONDS: Final = 60.0
RATE: Final = 1e-3

Singles = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Lesson:
    """For every variate its scaled column ``[T]``, the stack's map ``[F, H]`` and features
    ``[n, F]`` at training cutoffs ``[n]``, all of whose targets may be seen."""

    columns: Sequence[Floats]
    maps: Sequence[Singles]
    features: Sequence[Singles]
    origins: Sequence[NDArray[np.int64]]

    @property
    def horizon(self) -> int:
        """Steps ahead."""
        return int(self.maps[0].shape[1])

    @property
    def lookback(self) -> int:
        """Inputs that every window has, few where there are few windows to learn from."""
        shortest = min(int(o.min(initial=LOOKBACK)) for o in self.origins)
        windows = sum(len(o) for o in self.origins)
        return max(1, min(LOOKBACK, shortest, windows // WINDOWS_PER_INPUT))

    def pairs(self) -> NDArray[np.int64]:
        """Variate and place of every window ``[N, 2]``."""
        each = [
            np.stack([np.full(len(o), v), np.arange(len(o))], axis=1)
            for v, o in enumerate(self.origins)
        ]
        return np.concatenate(each)

    def batch(self, chosen: NDArray[np.int64]) -> tuple[torch.Tensor, torch.Tensor]:
        """Inputs less the last one ``[B, L]`` and what the stack leaves unexplained ``[B, H]``."""
        lookback = self.lookback
        past = np.empty((len(chosen), lookback), dtype=np.float32)
        rest = np.empty((len(chosen), self.horizon), dtype=np.float32)
        for v in np.unique(chosen[:, 0]):
            rows = np.flatnonzero(chosen[:, 0] == v)
            places = chosen[rows, 1]
            cutoffs = self.origins[v][places][:, None]
            window = self.columns[v][cutoffs + np.arange(-lookback, self.horizon)]
            past[rows] = window[:, :lookback] - window[:, lookback - 1 : lookback]
            rest[rows] = window[:, lookback:] - self.features[v][places] @ self.maps[v]
        return torch.from_numpy(past), torch.from_numpy(rest)


def train(lesson: Lesson, watch: Watch) -> tuple[Singles, Singles, Singles]:
    """First weights ``[L, K]``, their bias and second weights ``[K, H]`` of the correction.

    The last layer starts at zero, so that training can only leave the stack where it helps.
    Absolute error, AdamW (Loshchilov and Hutter 2019), cosine schedule, the same numbers each time.
    """
    torch.manual_seed(0)
    first = nn.Linear(lesson.lookback, HIDDEN)
    second = nn.Linear(HIDDEN, lesson.horizon, bias=False)
    nn.init.zeros_(second.weight)
    net = nn.Sequential(first, nn.ReLU(), second)
    pairs, random = lesson.pairs(), np.random.default_rng(0)
    count = min(len(pairs), EPOCH_WINDOWS)
    optimiser = torch.optim.AdamW(net.parameters(), RATE)
    batches = -(-count // BATCH)
    epochs = max(EPOCHS, LEAST_STEPS // batches)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, epochs * batches)
    budget = TimeBudget(min(MOST_SECONDS, watch.budget.left()))
    for epoch in range(epochs):
        chosen = pairs[random.permutation(len(pairs))[:count]]
        for low in range(0, count, BATCH):
            watch.report((epoch + low / count) / epochs)
            past, rest = lesson.batch(chosen[low : low + BATCH])
            optimiser.zero_grad()
            loss = nn.functional.l1_loss(net(past), rest)
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
        if not budget.left():
            break
    return _array(first.weight.T), _array(first.bias), _array(second.weight.T)


def _array(part: torch.Tensor) -> Singles:
    found: Singles = np.ascontiguousarray(part.detach().numpy())
    return found
