"""The one training loop: sample windows, step, validate, remember the best, go on after a crash."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor, nn

from forecasting.engine.errors import TrainingError, gettext_noop
from forecasting.engine.neural import checkpoints
from forecasting.engine.neural.windows import WindowSource
from forecasting.engine.neural_settings import TrainingSettings
from forecasting.engine.watch import EpochReport, Watch

MOST_VALIDATION_WINDOWS: Final = 1_000
VALIDATION_BATCH: Final = 256
MOST_PASSES: Final = 16

LOSSES: Final[dict[str, Callable[[Tensor, Tensor], Tensor]]] = {
    "mae": nn.functional.l1_loss,
    "mse": nn.functional.mse_loss,
    "huber": nn.functional.smooth_l1_loss,
}


@dataclass
class Run:
    """Where a training stands; everything a resumed one needs beside the tensors."""

    epoch: int = 0
    seconds: float = 0.0
    best_loss: float = math.inf
    best_epoch: int = 0
    history: list[dict[str, float]] = field(default_factory=list)
    stopped: str = ""


@dataclass(frozen=True)
class Hooks:
    """Who is told, who may stop the training, and where it keeps its state."""

    watch: Watch = field(default_factory=Watch)
    on_epoch: Callable[[EpochReport], None] | None = None
    checkpoint: Path | None = None
    identity: str = ""


class Training:
    """Network, optimiser and random numbers of one run; ``run`` is its plain state."""

    def __init__(self, network: nn.Module, settings: TrainingSettings) -> None:
        self.network = network
        self.settings = settings
        self.run = Run()
        self.generator = torch.Generator().manual_seed(settings.seed)
        self.optimiser = torch.optim.AdamW(
            network.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay
        )
        self.best = _copy(network)

    def learning_rate(self) -> float:
        """Half a cosine from the full rate to a twentieth of it (Loshchilov and Hutter 2017)."""
        done = self.run.epoch / self.epochs
        return self.settings.learning_rate * (0.05 + 0.95 * (1 + math.cos(math.pi * done)) / 2)

    @property
    def epochs(self) -> int:
        """Epochs that fit into the budget of windows."""
        settings = self.settings
        return max(1, min(settings.epochs, settings.max_windows // settings.epoch_windows))


def train(
    build: Callable[[], nn.Module],
    training: WindowSource,
    validation: WindowSource,
    settings: TrainingSettings,
    hooks: Hooks,
) -> tuple[nn.Module, Run]:
    """Train a network made by ``build`` and return it with the weights of its best epoch.

    Resumes from ``hooks.checkpoint`` when it holds a run of the same ``hooks.identity``; the result
    is the same as without the interruption. Raises Cancelled within one batch of a stop request,
    and TrainingError when the loss is not a number.
    """
    with torch.random.fork_rng(devices=[]), _threads(settings.threads):
        torch.manual_seed(settings.seed)
        state = Training(build(), settings)
        checkpoints.resume(state, hooks)
        while not state.run.stopped:
            _epoch(state, training, validation, hooks)
            checkpoints.keep(state, hooks)
        state.network.load_state_dict(state.best)
    return state.network.eval(), state.run


@contextmanager
def _threads(count: int) -> Iterator[None]:
    """Hold torch to ``count`` threads for a while."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _epoch(state: Training, training: WindowSource, validation: WindowSource, hooks: Hooks) -> None:
    run, settings, began = state.run, state.settings, time.monotonic()
    for group in state.optimiser.param_groups:
        group["lr"] = state.learning_rate()
    order = _draw(len(training), settings.epoch_windows, state.generator)
    train_loss = _pass(state, training, order, hooks)
    trained = time.monotonic() - began
    valid_loss = evaluate(state.network, validation, settings, hooks.watch)
    _require_number(valid_loss, run.epoch + 1)
    run.epoch += 1
    if valid_loss < run.best_loss:
        run.best_loss, run.best_epoch, state.best = valid_loss, run.epoch, _copy(state.network)
    run.seconds += time.monotonic() - began
    report = EpochReport(
        run.epoch,
        state.epochs,
        train_loss,
        valid_loss,
        _eta(state),
        len(order) / max(trained, 1e-9),
    )
    run.history.append(asdict(report))
    run.stopped = _reason_to_stop(state)
    if hooks.on_epoch is not None:
        hooks.on_epoch(report)
    hooks.watch.report(run.epoch / state.epochs, gettext_noop("Training"))


def _draw(windows: int, wanted: int, generator: torch.Generator) -> Tensor:
    """Numbers of the windows of an epoch: each once, or up to 16 times where there are few."""
    passes = min(MOST_PASSES, -(-wanted // windows))
    orders = [torch.randperm(windows, generator=generator) for _ in range(passes)]
    return torch.cat(orders)[:wanted]


def _pass(state: Training, source: WindowSource, order: Tensor, hooks: Hooks) -> float:
    """One pass over the windows in ``order``; the mean loss."""
    network, optimiser, settings = state.network.train(), state.optimiser, state.settings
    loss_of = LOSSES[settings.loss]
    parameters = [p for p in network.parameters() if p.requires_grad]
    batches = torch.split(order, settings.batch_size)
    total = 0.0
    for place, numbers in enumerate(batches):
        done = (state.run.epoch + place / len(batches)) / state.epochs
        hooks.watch.report(done, gettext_noop("Training"))
        inputs, targets = source.batch(numbers)
        loss = loss_of(network(inputs), targets)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(parameters, settings.clip_norm)
        optimiser.step()
        value = loss.item()
        _require_number(value, state.run.epoch + 1)
        total += value * len(numbers)
    return total / len(order)


@torch.no_grad()
def evaluate(
    network: nn.Module, source: WindowSource, settings: TrainingSettings, watch: Watch
) -> float:
    """Mean loss on at most 1,000 windows spread evenly over the source."""
    network.eval()
    count = min(len(source), MOST_VALIDATION_WINDOWS)
    numbers = torch.linspace(0, len(source) - 1, count).long()
    total = 0.0
    for part in torch.split(numbers, VALIDATION_BATCH):
        watch.check()
        inputs, targets = source.batch(part)
        total += LOSSES[settings.loss](network(inputs), targets).item() * len(part)
    return total / count


def _require_number(loss: float, epoch: int) -> None:
    if not math.isfinite(loss):
        raise TrainingError(
            gettext_noop(
                "Training broke down in epoch %(epoch)s: the loss is no longer a number. "
                "Lower the learning rate, or look for extreme values in the data."
            ),
            epoch=epoch,
        )


def _reason_to_stop(state: Training) -> str:
    run, settings = state.run, state.settings
    if run.epoch >= state.epochs:
        return "finished"
    if run.epoch - run.best_epoch >= settings.patience:
        return "no longer improving"
    if run.seconds * (run.epoch + 1) / run.epoch > settings.max_seconds:
        return "time budget used"
    return ""


def _eta(state: Training) -> float:
    run = state.run
    pace = run.seconds / run.epoch
    left = pace * (state.epochs - run.epoch)
    return min(left, max(0.0, state.settings.max_seconds - run.seconds))


def _copy(network: nn.Module) -> dict[str, Any]:
    return {name: tensor.detach().clone() for name, tensor in network.state_dict().items()}
