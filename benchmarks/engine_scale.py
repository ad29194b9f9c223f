"""Wide and tall panels, generated: seconds and memory, one JSON object a line.

`wide`: 321 hourly channels of 26,000 rows, balanced, 720 steps. `tall N`: N series of 100 points,
instant, 12 steps, with the longest silence between two reports of progress. `import`: seconds the
engine adds to numpy and pandas.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time

import numpy as np

from benchmarks.report import row
from forecasting.engine.panel import Panel
from forecasting.engine.registry import create

WIDE = (26_000, 321)
LONGEST_SILENCE = 30.0


def peak() -> float:
    """MiB this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def wide() -> None:
    """Balanced on many channels."""
    rows, channels = WIDE
    random = np.random.default_rng(0)
    table = random.normal(0, 0.3, size=(rows, channels))
    hours = 2 * np.pi * np.arange(rows) / 24
    for channel in range(channels):
        daily, weekly = random.uniform(0.5, 2), random.uniform(0.2, 1)
        table[:, channel] += 10 + daily * np.sin(hours) + weekly * np.sin(hours / 7)
    panel = Panel.from_arrays(table, frequency="h")
    del table
    wall, cpu = time.perf_counter(), time.process_time()
    model = create("linear_stack").fit(panel, horizon=720)
    model.predict()
    row("wide_321x26000_balanced_wall", time.perf_counter() - wall, "s", 120.0)
    row("wide_321x26000_balanced_cpu", time.process_time() - cpu, "s")
    row("wide_321x26000_balanced_peak_memory", peak(), "MiB", 2_048.0)


def tall(series: int) -> None:
    """Instant on many short series."""
    random = np.random.default_rng(0)
    weeks = np.sin(2 * np.pi * np.arange(100) / 7)
    values = 20 + 3 * weeks + random.normal(0, 1, size=(series, 100)).cumsum(axis=1) / 4
    panel = Panel.from_arrays({f"s{i}": line for i, line in enumerate(values)}, frequency="D")
    del values
    wall = time.perf_counter()
    told = [wall]
    model = create("linear")
    model.fit(panel, horizon=12, progress=lambda _, __: told.append(time.perf_counter()))
    model.predict()
    told.append(time.perf_counter())
    key = f"tall_{series}x100_instant"
    share = series / 100_000
    row(f"{key}_wall", time.perf_counter() - wall, "s", 600.0 * share)
    row(f"{key}_longest_silence", float(np.diff(told).max()), "s", LONGEST_SILENCE)
    row(f"{key}_peak_memory", peak(), "MiB", 4_096.0)


def imported() -> None:
    """Seconds beyond numpy and pandas, the best of five."""
    code = (
        "import time, numpy, pandas; t = time.perf_counter(); import forecasting.engine as e; "
        "e.Panel, e.create, e.model_types(); print(time.perf_counter() - t)"
    )
    runs = [
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)
        for _ in range(5)
    ]
    row("engine_import", min(runs), "s", 0.25)


if __name__ == "__main__":
    what = sys.argv[1]
    if what == "wide":
        wide()
    elif what == "tall":
        tall(int(sys.argv[2]))
    else:
        imported()
