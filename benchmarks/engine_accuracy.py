"""Accuracy and price of the linear presets on the long-horizon sets, one JSON object a line.

Fitted on the training rows, chosen on folds of them and on the validation rows; scored once on
every window of the test rows (`forecasting/engine/protocol.py`). Arguments: set, preset.
"""

from __future__ import annotations

import resource
import sys
import time

from benchmarks.engine_data import named
from benchmarks.report import row, skipped
from forecasting.engine.presets import choose
from forecasting.engine.protocol import score, seen_by

SECONDS = {"balanced": 4.0, "fast": 2.0, "instant": 0.5}
MOST_CPU, MOST_MEMORY = 6.0, 600.0
TIMED = ("etth1", "ettm1")
REPEATS = 3


def main() -> None:
    """Measure one set with one preset in this process."""
    name, preset = sys.argv[1:3]
    read = named(name).read()
    key = f"{name}_{preset}"
    if read is None:
        skipped(key, "the public data are not here")
        return
    panel, borders = read
    seen = seen_by(panel, borders)
    horizons = named(name).horizons
    times = []
    for _ in range(REPEATS):
        model = choose(panel, preset, borders.validation - borders.train)
        wall, cpu = time.perf_counter(), time.process_time()
        model.fit(seen, horizon=max(horizons))
        times.append((time.perf_counter() - wall, time.process_time() - cpu))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    wall, cpu = min(t[0] for t in times), min(t[1] for t in times)
    timed = name in TIMED
    row(f"{key}_fit_wall", wall, "s", SECONDS.get(preset) if timed else None)
    row(f"{key}_fit_cpu", cpu, "s", MOST_CPU if timed and preset == "balanced" else None)
    row(f"{key}_peak_memory", peak, "MiB", MOST_MEMORY if timed else None)
    found = score(model, panel, borders, horizons)
    bars = named(name).bars if preset == "balanced" else (None, None)
    row(f"{key}_mse", sum(s.mse for s in found) / len(found), "", bars[0])
    row(f"{key}_mae", sum(s.mae for s in found) / len(found), "", bars[1])
    for one in found:
        row(f"{key}_mse_h{one.horizon}", one.mse, "")
        row(f"{key}_mae_h{one.horizon}", one.mae, "")


if __name__ == "__main__":
    main()
