"""The state of one training run."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from forecasting.engine.neural.network import WindowNetwork
from forecasting.engine.neural.schedule import Plan
from forecasting.engine.neural_settings import TrainingSettings
from forecasting.engine.watch import EpochReport, Watch


@dataclass
class Run:
    """Where a training stands; everything a resumed one needs beside the tensors."""

    epoch: int = 0
    seconds: float = 0.0
    best_loss: float = math.inf
    best_epoch: int = 0
    history: list[dict[str, float]] = field(default_factory=list)
    stopped: str = ""
    first_loss: float = math.nan
    memory_mb: int = 0


@dataclass(frozen=True)
class Hooks:
    """Who is told, who may stop the training, and where it keeps its state."""

    watch: Watch = field(default_factory=Watch)
    on_epoch: Callable[[EpochReport], None] | None = None
    checkpoint: Path | None = None
    identity: str = ""


class BreakdownError(Exception):
    """The training cannot go on; the reason becomes ``Run.stopped``."""


class Training:
    """Network, optimiser and random numbers of one run; ``run`` is its plain state.

    ``part`` windows of a batch are worked on at once.
    """

    def __init__(
        self, network: WindowNetwork, settings: TrainingSettings, plan: Plan, device: str
    ) -> None:
        self.network = network.to(device)
        self.settings = settings
        self.plan = plan
        self.device = device
        self.part = settings.batch_size
        self.run = Run()
        self.generator = torch.Generator().manual_seed(settings.seed)
        self.optimiser = torch.optim.AdamW(
            network.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay
        )
        self.best = weights_of(network)

    @property
    def eta(self) -> float:
        """Seconds left at the pace so far."""
        run = self.run
        left = run.seconds / max(run.epoch, 1) * (self.plan.epochs - run.epoch)
        return min(left, max(0.0, self.settings.max_seconds - run.seconds))


def weights_of(network: torch.nn.Module) -> dict[str, Any]:
    """A copy of the weights, on the CPU."""
    return {name: tensor.detach().cpu().clone() for name, tensor in network.state_dict().items()}
