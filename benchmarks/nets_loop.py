"""The training loop beside a bare one over the same module and batches, one JSON object a line.

Both train the same LSTM, then the same PatchTST, on the same windows of a generated hourly table,
as many as by default; the bare loop is what one would write by hand: index, forward, backward,
clip, step. It is given the module as the engine trains it, with the cheap dropout, so that only the
loops differ; what the engine does before its first step counts against it. One thread each and in
turn; the middle ratio of windows per CPU second counts, which a busy machine does not distort.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Final

import numpy as np
import torch
from torch import Tensor, nn

from benchmarks.report import row
from forecasting.engine.missing import Scaled
from forecasting.engine.network_settings import LSTMSettings, PatchTSTSettings
from forecasting.engine.neural.architecture import Architecture
from forecasting.engine.neural.beside import Beside
from forecasting.engine.neural.contexts import Contexts
from forecasting.engine.neural.dropout import with_byte_dropout
from forecasting.engine.neural.heads import PointHead
from forecasting.engine.neural.loop import train
from forecasting.engine.neural.lstm import LSTM
from forecasting.engine.neural.network import WindowNetwork
from forecasting.engine.neural.patchtst import PatchTST
from forecasting.engine.neural.training import Hooks
from forecasting.engine.neural.window import Shape
from forecasting.engine.neural.windows import SeriesWindows
from forecasting.engine.neural_settings import TrainingSettings
from forecasting.engine.panel import Panel
from forecasting.engine.watch import Watch

LOOKBACK, HORIZON, ROWS, SERIES, SEASON = 336, 96, 8_000, 7, 24
ROUNDS = 5
EPOCHS, WINDOWS = 4, 5_000
NETS: Final = ("lstm", "patchtst")
BAR: Final = 0.95

Build = Callable[[], WindowNetwork]


def settings_of(name: str) -> TrainingSettings:
    """The product's default size, so many windows and no other limit."""
    kinds: dict[str, type[TrainingSettings]] = {"lstm": LSTMSettings, "patchtst": PatchTSTSettings}
    return kinds[name](
        epochs=EPOCHS,
        epoch_windows=WINDOWS,
        max_windows=10**9,
        max_seconds=1e9,
        patience=99,
    )


def builder(name: str, settings: TrainingSettings) -> Build:
    """Makes the product's network as it is trained on a CPU."""
    shape = Shape(LOOKBACK, HORIZON, season=SEASON)
    kinds: dict[str, type[Architecture]] = {"lstm": LSTM, "patchtst": PatchTST}
    head = PointHead(settings.loss)

    def build() -> WindowNetwork:
        network = WindowNetwork(kinds[name].built(shape, settings), shape, head)
        with_byte_dropout(network)
        return network

    return build


def windows(rows: int) -> SeriesWindows:
    """Windows of seven noisy daily cycles."""
    hours = np.arange(rows)
    random = np.random.default_rng(0)
    cycle = np.sin(2 * np.pi * hours / SEASON)
    columns = {str(n): cycle + 0.3 * random.normal(size=rows) for n in range(SERIES)}
    panel = Panel.from_arrays(columns, frequency="h")
    nothing = np.zeros(SERIES)
    scaled = Scaled.of(panel, nothing, nothing + 1)
    contexts = Contexts.of(panel, scaled, Beside.of(panel, panel.lengths), together=False)
    return contexts.source([(0, rows)] * SERIES, LOOKBACK, HORIZON)


def engine_rate(
    build: Build, source: SeriesWindows, settings: TrainingSettings
) -> tuple[float, float]:
    """Windows per CPU and per wall second of the engine's loop, with progress and stop checks."""
    seen: list[float] = []
    watch = Watch(lambda done, _: seen.append(done), lambda: False)
    few = windows(LOOKBACK + HORIZON)
    cpu, wall = time.process_time(), time.perf_counter()
    train(build, source, few, settings, Hooks(watch=watch))
    return _rates(settings, cpu, wall)


def bare_rate(
    build: Build, source: SeriesWindows, settings: TrainingSettings
) -> tuple[float, float]:
    """The same of the loop one would write by hand."""
    cpu, wall = time.process_time(), time.perf_counter()
    torch.manual_seed(0)
    network = build().train()
    optimiser = torch.optim.AdamW(network.parameters(), lr=settings.learning_rate, weight_decay=0.0)
    for _ in range(settings.epochs):
        order: Tensor = torch.randperm(len(source))[: settings.epoch_windows]
        for numbers in torch.split(order, settings.batch_size):
            window, targets = source.batch(numbers)
            loss = network.head.loss(network(window), targets)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), settings.clip_norm)
            optimiser.step()
    return _rates(settings, cpu, wall)


def _rates(settings: TrainingSettings, cpu: float, wall: float) -> tuple[float, float]:
    count = settings.epoch_windows * settings.epochs
    return count / (time.process_time() - cpu), count / (time.perf_counter() - wall)


def measure(name: str) -> None:
    """Both loops in turn, their rates and the ratio."""
    settings, source = settings_of(name), windows(ROWS)
    build = builder(name, settings)
    engine_rate(build, source, settings)
    pairs = [
        (engine_rate(build, source, settings), bare_rate(build, source, settings))
        for _ in range(ROUNDS)
    ]
    for place, loop in enumerate(("engine", "bare")):
        row(f"{name}_{loop}_loop", round(median(p[place][0] for p in pairs)), "windows/cpu-s")
        row(f"{name}_{loop}_loop_wall", round(median(p[place][1] for p in pairs)), "windows/s")
    ratio = median(engine[0] / bare[0] for engine, bare in pairs)
    row(f"{name}_engine_over_bare", ratio, "ratio", BAR, better="higher")


def main() -> None:
    """Both networks."""
    torch.set_num_threads(1)
    for name in NETS:
        measure(name)


if __name__ == "__main__":
    main()
