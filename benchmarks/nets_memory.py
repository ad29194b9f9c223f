"""What a training takes of the memory against what was told before it started.

Each network trains two batches in a process of its own, after a small training that pays for what
libraries set up once. The estimate is `memory_mb` of its report; the measured figure is the peak of
the resident memory up to the end of the epoch above what it was when the fit began.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.report import row
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.neural_settings import TrainingSettings
from forecasting.engine.panel import Panel
from forecasting.engine.registry import create, model_types

ROWS, SERIES, HORIZON = 4_000, 7, 96
SMALL: Final = (64, 512)
# MiB a batch shall take, far above what a process gains by itself.
WANTED: Final = (500, 1_000)
MOST_OFF: Final = 0.3
PLENTY_MB: Final = 100_000


def nets() -> list[str]:
    """Every network of the registry that is trained here."""
    return [entry.name for entry in model_types() if issubclass(entry.settings, TrainingSettings)]


def panel() -> Panel:
    """Seven noisy daily cycles."""
    hours = np.arange(ROWS)
    random = np.random.default_rng(0)
    noise = random.normal(size=(ROWS, SERIES))
    return Panel.from_arrays(np.sin(2 * np.pi * hours / 24)[:, None] + noise, frequency="h")


def network(name: str, batch: int) -> Forecaster:
    """Two batches of this size, nothing else in the way."""
    return create(
        name,
        batch_size=batch,
        epochs=1,
        epoch_windows=2 * batch,
        max_windows=10**9,
        max_seconds=1e9,
        max_memory_mb=PLENTY_MB,
        device="cpu",
    )


def of_process(field: str) -> float:
    """MiB of a line of the kernel's account of this process."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field)) / 1024


def measured(model: Forecaster, data: Panel) -> float:
    """MiB at the peak of the training above the start of the fit."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before, peaks = of_process("VmRSS:"), []
    model.on_epoch = lambda _report: peaks.append(of_process("VmHWM:"))
    model.fit(data, horizon=HORIZON)
    return peaks[0] - before


def child(name: str, wanted: int) -> None:
    """Print the batch, the estimate and the measurement."""
    data = panel()
    told = [network(name, size).fit(data, horizon=HORIZON).report_["memory_mb"] for size in SMALL]
    each = (told[1] - told[0]) / (SMALL[1] - SMALL[0])
    batch = round((wanted - told[0]) / each)
    model = network(name, batch)
    peak = measured(model, data)
    print(json.dumps([batch, model.report_["memory_mb"], peak]))


def main() -> None:
    """All networks or those named."""
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    for name in sys.argv[1:] or nets():
        for wanted in WANTED:
            command = [sys.executable, "-m", "benchmarks.nets_memory", "--child", name, str(wanted)]
            done = subprocess.run(
                command, env=environment, capture_output=True, text=True, check=True, timeout=600
            )
            batch, told, peak = json.loads(done.stdout.splitlines()[-1])
            key = f"{name}_memory_{wanted}"
            row(f"{key}_batch", batch, "windows")
            row(f"{key}_told", told, "MiB")
            row(f"{key}_measured", peak, "MiB")
            row(f"{key}_off", abs(told / peak - 1), "share", MOST_OFF)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(sys.argv[2], int(sys.argv[3]))
    else:
        main()
