"""Training throughput and peak memory on ETTh1 beside neuralforecast, same sizes, batch and run.

Every figure comes from a process of its own with one thread, the two libraries in turn
(`nets_contender.py` says what is measured and what is in neuralforecast's favour). The bar of ours
is what neuralforecast did in the same run; windows per CPU second are judged as well, which a busy
machine does not distort.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from statistics import median
from typing import Final

import torch

from benchmarks.engine_data import named
from benchmarks.nets_contender import OURS
from benchmarks.report import row, skipped

LIBRARIES: Final = ("engine", "neuralforecast")
ROUNDS: Final = 2
# Keys of a contender's answer: name of the row and unit.
RATES: Final = {
    "wall": ("windows_per_second", "windows/s"),
    "cpu": ("windows_per_cpu_second", "windows/cpu-s"),
}
MEMORY: Final = {"peak": "peak_memory", "gpu_peak": "gpu_memory"}

Figures = dict[str, float]


def contend(library: str, net: str, device: str) -> Figures:
    """What one process answers in its last line."""
    command = [sys.executable, "-m", "benchmarks.nets_contender", library, net, device]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=600
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2_000:])
    found: Figures = json.loads(done.stdout.splitlines()[-1])
    return found


def middle(rounds: list[Figures]) -> Figures:
    """The median of each figure."""
    return {key: median(one[key] for one in rounds) for key in rounds[0]}


def measure(net: str, device: str) -> None:
    """Rows of one network."""
    rounds = [
        {library: contend(library, net, device) for library in LIBRARIES} for _ in range(ROUNDS)
    ]
    ours, theirs = (middle([one[library] for one in rounds]) for library in LIBRARIES)
    name = net if device == "cpu" else f"{net}_{device}"
    for key, (kind, unit) in RATES.items():
        row(f"{name}_neuralforecast_{kind}", theirs[key], unit)
        row(f"{name}_{kind}", ours[key], unit, theirs[key], better="higher")
    for key, kind in MEMORY.items():
        if key in ours:
            row(f"{name}_neuralforecast_{kind}", theirs[key], "MiB")
            row(f"{name}_{kind}", ours[key], "MiB", theirs[key])


def main() -> None:
    """Both networks, on a GPU too where there is one."""
    if named("etth1").read() is None:
        skipped("nets_throughput", "the public data are not here")
        return
    if importlib.util.find_spec("neuralforecast") is None:
        skipped("nets_throughput", "neuralforecast is not installed")
        return
    for device in ("cpu", "cuda") if torch.cuda.is_available() else ("cpu",):
        for net in OURS:
            measure(net, device)


if __name__ == "__main__":
    main()
