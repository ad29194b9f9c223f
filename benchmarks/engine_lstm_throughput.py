"""The training loop beside a bare one over the same module and batches, one JSON object a line.

Both train the same LSTM on the same windows of a generated hourly table; the bare loop is what
one would write by hand: index, forward, backward, clip, step. One thread each and in turn; the
middle ratio of windows per CPU second counts, which a busy machine does not distort.
"""

from __future__ import annotations

import json
import sys
import time
from statistics import median
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from forecasting.engine.neural.loop import LOSSES, Hooks, train
from forecasting.engine.neural.lstm import LSTM
from forecasting.engine.neural.network import AnchoredNetwork
from forecasting.engine.neural.windows import SeriesWindows, series_windows
from forecasting.engine.neural_settings import TrainingSettings
from forecasting.engine.watch import Watch

LOOKBACK, HORIZON, ROWS, SERIES = 336, 96, 8_000, 7
WINDOWS, EPOCHS, ROUNDS = 4_000, 3, 7


def say(
    name: str, value: Any, unit: str, bar: float | None = None, holds: bool | None = None
) -> None:
    """Print one result; a bar of None is information."""
    line = {"name": name, "value": value, "unit": unit, "bar": bar, "holds": holds}
    sys.stdout.write(json.dumps(line) + "\n")


def build() -> nn.Module:
    """The product's LSTM at its default size, a day a step."""
    return AnchoredNetwork(LSTM(1, HORIZON, hidden_size=128, num_layers=1, segment=24), HORIZON)


def windows() -> SeriesWindows:
    """Seven noisy daily cycles."""
    hours = np.arange(ROWS)[:, None]
    random = np.random.default_rng(0)
    cycle = np.sin(2 * np.pi * hours / 24)
    columns = [cycle + 0.3 * random.normal(size=(ROWS, 1)) for _ in range(SERIES)]
    return series_windows(columns, [(0, ROWS)] * SERIES, LOOKBACK, HORIZON)


def engine_rate(source: SeriesWindows, settings: TrainingSettings) -> tuple[float, float]:
    """Windows per CPU and per wall second of the engine's loop, with progress and stop checks."""
    seen: list[float] = []
    watch = Watch(lambda done, _: seen.append(done), lambda: False)
    few = SeriesWindows.__new__(SeriesWindows)
    few.view, few.starts, few.lookback = source.view, source.starts[:1], source.lookback
    cpu, wall = time.process_time(), time.perf_counter()
    train(build, source, few, settings, Hooks(watch=watch))
    return _rates(cpu, wall)


def bare_rate(source: SeriesWindows, settings: TrainingSettings) -> tuple[float, float]:
    """The same of the loop one would write by hand."""
    cpu, wall = time.process_time(), time.perf_counter()
    torch.manual_seed(0)
    network = build().train()
    optimiser = torch.optim.AdamW(network.parameters(), lr=settings.learning_rate, weight_decay=0.0)
    loss_of = LOSSES[settings.loss]
    for _ in range(EPOCHS):
        order: Tensor = torch.randperm(len(source))[:WINDOWS]
        for numbers in torch.split(order, settings.batch_size):
            inputs, targets = source.batch(numbers)
            loss = loss_of(network(inputs), targets)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), settings.clip_norm)
            optimiser.step()
    return _rates(cpu, wall)


def _rates(cpu: float, wall: float) -> tuple[float, float]:
    count = WINDOWS * EPOCHS
    return count / (time.process_time() - cpu), count / (time.perf_counter() - wall)


def main() -> None:
    """Both loops in turn, their rates and the ratio."""
    torch.set_num_threads(1)
    source = windows()
    settings = TrainingSettings(
        epochs=EPOCHS, epoch_windows=WINDOWS, max_windows=10**9, max_seconds=1e9, patience=99
    )
    engine_rate(source, settings)
    pairs = [(engine_rate(source, settings), bare_rate(source, settings)) for _ in range(ROUNDS)]
    ratio = median(engine[0] / bare[0] for engine, bare in pairs)
    say("lstm_engine_loop", round(median(p[0][0] for p in pairs)), "windows/cpu-s")
    say("lstm_bare_loop", round(median(p[1][0] for p in pairs)), "windows/cpu-s")
    say("lstm_engine_loop_wall", round(median(p[0][1] for p in pairs)), "windows/s")
    say("lstm_bare_loop_wall", round(median(p[1][1] for p in pairs)), "windows/s")
    say("lstm_engine_over_bare", round(ratio, 3), "ratio", 0.95, ratio >= 0.95)


if __name__ == "__main__":
    main()
