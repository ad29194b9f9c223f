"""Accuracy and price of the model for many series on M4 Weekly and Hourly, one JSON object a line.

Fitted on the training rows only, which also decide everything that is chosen; scored once on the
test rows by the competition's formula. Name other frequencies to score those.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from typing import Any, Final

from benchmarks.m4_data import M4, data_folder
from forecasting.engine.registry import create

BARS: Final = {"Weekly": 0.72, "Hourly": 0.425}
SLOWEST: Final = 60.0


def say(name: str, value: Any, unit: str, bar: float | None = None) -> None:
    """Print one result; a bar of None is information."""
    holds = None if bar is None else bool(value <= bar)
    line = {"name": name, "value": value, "unit": unit, "bar": bar, "holds": holds}
    sys.stdout.write(json.dumps(line) + "\n")


def measure(name: str) -> None:
    """Fit and score one frequency in this process."""
    data = M4.read(name)
    if data is None:
        sys.stderr.write(f"Skipped M4 {name}: its files are not in {data_folder() / 'm4'}.\n")
        say(f"m4_{name.lower()}_skipped_no_data", None, "")
        return
    panel, horizon = data.panel(), data.group.horizon
    wall, cpu = time.perf_counter(), time.process_time()
    model = create("linear_many").fit(panel, horizon=horizon)
    forecast = model.predict()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    own, overall = data.score(forecast.mean[:, :, 0])
    key = f"m4_{name.lower()}"
    say(f"{key}_owa", round(overall, 4), "", BARS.get(name))
    say(f"{key}_smape", round(own.smape, 3), "%")
    say(f"{key}_mase", round(own.mase, 3), "")
    for level in (80, 95):
        lower, upper = forecast.lower[level][:, :, 0], forecast.upper[level][:, :, 0]
        inside = (data.actual >= lower) & (data.actual <= upper)
        say(f"{key}_coverage_{level}", round(100 * float(inside.mean()), 1), "%")
    say(f"{key}_wall", round(wall, 1), "s", SLOWEST)
    say(f"{key}_cpu", round(cpu, 1), "s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    say(f"{key}_peak_memory", round(peak), "MiB")


def main() -> None:
    """Every frequency in a process of its own, so that each has its own peak of memory."""
    if len(sys.argv) == 2:
        measure(sys.argv[1])
        return
    for name in sys.argv[1:] or BARS:
        subprocess.run([sys.executable, "-m", "benchmarks.engine_m4", name], check=True)


if __name__ == "__main__":
    main()
