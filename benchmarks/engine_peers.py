"""Peers on the same rows, same work, same process: error, seconds and memory, no bar.

ETTh1's channels, one forecast of 96 steps from each of some cutoffs of the validation rows, every
model fitted on the rows before the first cutoff only. Argument: model.
"""

from __future__ import annotations

import resource
import sys
import time

import numpy as np

from benchmarks.engine_data import named
from benchmarks.report import row, skipped
from forecasting.engine.registry import create

HORIZON, CUTOFFS = 96, 12
PEERS = ("seasonal_naive", "auto_ets", "dynamic_optimized_theta", "lightgbm", "linear_stack")


def main() -> None:
    """Measure one model in this process."""
    name = sys.argv[1]
    read = named("etth1").read()
    if read is None:
        skipped(f"peer_{name}", "the public data are not here")
        return
    panel, borders = read
    data = panel.window(0, borders.validation)
    spread = data.values[: borders.train].std(axis=0)
    span = borders.validation - borders.train - HORIZON
    ends = [HORIZON + round(span * i / (CUTOFFS - 1)) for i in reversed(range(CUTOFFS))]
    wall = time.perf_counter()
    model = create(name).fit(data.drop_last(ends[0]), horizon=HORIZON)
    fitted = time.perf_counter() - wall
    errors = []
    for end, mean in zip(ends, model.means_at(data, ends), strict=True):
        first = borders.validation - end
        errors.append((mean[0] - data.values[first : first + HORIZON]) / spread)
    row(f"peer_{name}_mse", float(np.mean(np.square(errors))), "")
    row(f"peer_{name}_mae", float(np.mean(np.abs(errors))), "")
    row(f"peer_{name}_fit", fitted, "s")
    row(f"peer_{name}_forecasts", time.perf_counter() - wall - fitted, "s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    row(f"peer_{name}_peak_memory", peak, "MiB")


if __name__ == "__main__":
    main()
