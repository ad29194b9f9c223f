"""The one training loop: sample windows, step, validate, remember the best, go on after a crash."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Final

import torch
from torch import Tensor, nn

from forecasting.engine.errors import gettext_noop
from forecasting.engine.neural import checkpoints, memory
from forecasting.engine.neural.allocator import give_back_large_blocks
from forecasting.engine.neural.breakdown import (
    NOT_A_NUMBER,
    OUT_OF_MEMORY,
    break_down,
    check_loss,
)
from forecasting.engine.neural.devices import device_of, precision, threads
from forecasting.engine.neural.dropout import with_byte_dropout
from forecasting.engine.neural.network import WindowNetwork
from forecasting.engine.neural.probing import Probe
from forecasting.engine.neural.schedule import TIME_USED, Plan, learning_rate
from forecasting.engine.neural.training import BreakdownError, Hooks, Run, Training, weights_of
from forecasting.engine.neural.windows import WindowSource
from forecasting.engine.neural.work import affordable_windows, seconds_per_window
from forecasting.engine.neural_settings import TrainingSettings
from forecasting.engine.watch import EpochReport

MOST_VALIDATION_WINDOWS: Final = 1_000
VALIDATION_BATCH: Final = 128
MOST_PASSES: Final = 16


def train(
    build: Callable[[], WindowNetwork],
    training: WindowSource,
    validation: WindowSource,
    settings: TrainingSettings,
    hooks: Hooks,
) -> tuple[WindowNetwork, Run]:
    """Train a network made by ``build`` and return it with the weights of its best epoch.

    Resumes from ``hooks.checkpoint`` when it holds a run of the same ``hooks.identity``; the result
    is the same as without the interruption. A breakdown after a good epoch ends the training with
    its reason in ``Run.stopped``; before one it raises TrainingError. Raises Cancelled within one
    batch of a stop request.
    """
    with torch.random.fork_rng(devices=[]), threads(settings.threads):
        torch.manual_seed(settings.seed)
        state = _prepared(build(), training, len(validation), settings)
        checkpoints.resume(state, hooks)
        while not state.run.stopped:
            try:
                _epoch(state, training, validation, hooks)
            except BreakdownError as problem:
                break_down(state.run, str(problem))
            checkpoints.keep(state, hooks)
        state.network.cpu().load_state_dict(state.best)
    return state.network.eval(), state.run


def _prepared(
    network: WindowNetwork, training: WindowSource, validating: int, settings: TrainingSettings
) -> Training:
    """The state before the first step: how much will be trained, and in what parts."""
    device = device_of(settings)
    give_back_large_blocks()
    with_byte_dropout(network)
    probe = Probe.of(network, training)
    each = seconds_per_window(network, training, probe, settings.batch_size, device)
    looked_at = min(validating, MOST_VALIDATION_WINDOWS)
    affordable = affordable_windows(each, settings, looked_at)
    state = Training(network, settings, Plan.of(settings, len(training), affordable), device)
    need = memory.estimate(network, probe)
    free = memory.available(settings.max_memory_mb, device)
    state.part = need.largest_batch(settings.batch_size, free)
    state.run.memory_mb = -(-need.of(state.part) // memory.MIB)
    return state


def _epoch(state: Training, training: WindowSource, validation: WindowSource, hooks: Hooks) -> None:
    run, began = state.run, time.monotonic()
    order = _draw(len(training), state.plan.epoch_windows, state.generator)
    train_loss = _pass(state, training, order, hooks)
    trained = time.monotonic() - began
    valid_loss = evaluate(state, validation, hooks)
    if not math.isfinite(valid_loss):
        raise BreakdownError(NOT_A_NUMBER)
    run.epoch += 1
    if valid_loss < run.best_loss:
        run.best_loss, run.best_epoch = valid_loss, run.epoch
        state.best = weights_of(state.network)
    run.seconds += time.monotonic() - began
    pace = len(order) / max(trained, 1e-9)
    report = EpochReport(run.epoch, state.plan.epochs, train_loss, valid_loss, state.eta, pace)
    run.history.append(asdict(report))
    run.stopped = _reason_to_stop(state)
    if hooks.on_epoch is not None:
        hooks.on_epoch(report)
    hooks.watch.report(run.epoch / state.plan.epochs, gettext_noop("Training"))


def _draw(windows: int, wanted: int, generator: torch.Generator) -> Tensor:
    """Numbers of the windows of an epoch: each once, or up to 16 times where there are few."""
    passes = min(MOST_PASSES, -(-wanted // windows))
    orders = [torch.randperm(windows, generator=generator) for _ in range(passes)]
    return torch.cat(orders)[:wanted]


def _pass(state: Training, source: WindowSource, order: Tensor, hooks: Hooks) -> float:
    """One pass over the windows in ``order``; the mean loss."""
    state.network.train()
    batches = torch.split(order, state.settings.batch_size)
    total = 0.0
    for place, numbers in enumerate(batches):
        done = (state.run.epoch + place / len(batches)) / state.plan.epochs
        hooks.watch.report(done, gettext_noop("Training"))
        for group in state.optimiser.param_groups:
            group["lr"] = learning_rate(state.settings, done)
        value = _fitting_step(state, source, numbers)
        check_loss(state.run, value)
        total += value * len(numbers)
    return total / len(order)


def _fitting_step(state: Training, source: WindowSource, numbers: Tensor) -> float:
    """A step in smaller parts whenever memory runs out."""
    while True:
        try:
            return _step(state, source, numbers)
        except (MemoryError, RuntimeError) as problem:
            if not memory.is_out_of_memory(problem):
                raise
            if state.part == 1:
                raise BreakdownError(OUT_OF_MEMORY) from problem
        state.part = -(-state.part // 2)


def _step(state: Training, source: WindowSource, numbers: Tensor) -> float:
    """One step of the optimiser; the mean loss of the batch."""
    network, settings, device = state.network, state.settings, state.device
    state.optimiser.zero_grad(set_to_none=True)
    total = 0.0
    for some in torch.split(numbers, state.part):
        window, targets = source.batch(some)
        with precision(settings, device):
            parameters = network(window.to(device))
        loss = network.head.loss(parameters.float(), targets.to(device))
        share = len(some) / len(numbers)
        (loss * share if share < 1 else loss).backward()  # type: ignore[no-untyped-call]
        total += loss.item() * share
    nn.utils.clip_grad_norm_(network.parameters(), settings.clip_norm)
    state.optimiser.step()
    return total


@torch.no_grad()
def evaluate(state: Training, source: WindowSource, hooks: Hooks) -> float:
    """Mean loss on at most 1,000 windows spread evenly over the source: rolling origins."""
    network = state.network.eval()
    count = min(len(source), MOST_VALIDATION_WINDOWS)
    numbers = torch.linspace(0, len(source) - 1, count).long()
    total = 0.0
    for some in torch.split(numbers, min(VALIDATION_BATCH, 4 * state.part)):
        hooks.watch.check()
        window, targets = source.batch(some)
        with precision(state.settings, state.device):
            parameters = network(window.to(state.device))
        loss = network.head.loss(parameters.float(), targets.to(state.device))
        total += loss.item() * len(some)
    return total / count


def _reason_to_stop(state: Training) -> str:
    run, settings = state.run, state.settings
    if run.epoch >= state.plan.epochs:
        return state.plan.reason
    if run.epoch - run.best_epoch >= settings.patience:
        return "no longer improving"
    if run.seconds * (run.epoch + 1) / run.epoch > settings.max_seconds:
        return TIME_USED
    return ""
