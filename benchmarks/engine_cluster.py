"""One process, two, Ray and Dask: same numbers, how much sooner, and what a killed worker costs.

    python -m benchmarks.engine_cluster [speed] [same] [killed]

Speed counts everything from the first piece to the answer, the start of the two processes too. On a
machine with other work look at the CPU seconds: what two processes spend beyond one is their price.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import time
from pathlib import Path
from tempfile import mkdtemp

import numpy as np

from benchmarks.report import row
from forecasting.engine.baselines import SeasonalNaive
from forecasting.engine.computing.compute import Compute, Engine
from forecasting.engine.forecast import Forecast
from forecasting.engine.panel import Panel
from forecasting.engine.registry import create, register_model
from forecasting.engine.sharded import Sharded, fit_shards
from forecasting.engine.watch import Watch

SERIES, ROWS, HORIZON = 2_000, 120, 14
MODEL = "auto_theta"
FEW = 60
BAR = 1.6


class OneKill(SeasonalNaive):
    """Kills the process that fits it, once: whoever removes the fuse dies."""

    def _fit(self, panel: Panel, horizon: int, watch: Watch, checkpoint: Path | None) -> None:
        fuse = Path(str(panel.channels[0]))
        if fuse.exists():
            fuse.unlink()
            os.kill(os.getpid(), signal.SIGKILL)
        super()._fit(panel, horizon, watch, checkpoint)


def generated(series: int) -> Panel:
    """Daily series with a weekly season, a slow walk and every twentieth value missing."""
    random = np.random.default_rng(0)
    days = np.arange(ROWS)
    values = {}
    for number in range(series):
        weekly = random.uniform(0, 4) * np.sin(2 * np.pi * (days / 7 + random.random()))
        values[f"s{number}"] = 20 + weekly + random.normal(0, 1, ROWS).cumsum() / 4
        values[f"s{number}"][random.random(ROWS) < 0.05] = np.nan
    return Panel.from_arrays(values, "2024-01-01", "D")


def seconds() -> tuple[float, float]:
    """Wall, and CPU of this process and of the ended ones it started."""
    spent = [resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return time.perf_counter(), sum(usage.ru_utime + usage.ru_stime for usage in spent)


def speed() -> bool:
    """2,000 series on one process and on two."""
    panel = generated(SERIES)
    create(MODEL).fit(generated(2), horizon=HORIZON)
    spent = {}
    results: dict[int, Sharded[Forecast]] = {}
    for processes in (1, 2):
        wall, cpu = seconds()
        compute = Compute("local", processes)
        results[processes] = fit_shards(MODEL, {}, panel, HORIZON, compute=compute)
        after = seconds()
        spent[processes] = (after[0] - wall, after[1] - cpu)
        row(f"cluster_{SERIES}_series_{processes}_processes_wall", spent[processes][0], "s")
        row(f"cluster_{SERIES}_series_{processes}_processes_cpu", spent[processes][1], "s")
    row("cluster_load_average_now", os.getloadavg()[0], "processes")
    row("cluster_cpu_of_2_over_1", spent[2][1] / spent[1][1], "ratio")
    gap = difference(results[1].result, results[2].result)
    held = row("cluster_difference_2_processes", gap, "absolute", 0.0)
    gain = spent[1][0] / spent[2][0]
    return row("cluster_speed_2_over_1", gain, "times", BAR, better="higher") and held


def difference(one: Forecast, other: Forecast) -> float:
    """Largest gap between two forecasts, intervals included."""
    pairs = [(one.mean, other.mean)]
    pairs += [(one.lower[level], other.lower[level]) for level in one.lower]
    pairs += [(one.upper[level], other.upper[level]) for level in one.upper]
    return max(float(np.abs(a - b).max()) for a, b in pairs)


def same() -> bool:
    """One fit in this process against shards on every engine."""
    panel = generated(FEW)
    alone = create(MODEL).fit(panel, horizon=HORIZON).predict()
    holds = []
    engines: tuple[Engine, ...] = ("local", "ray", "dask")
    for engine in engines:
        began = time.perf_counter()
        found = fit_shards(MODEL, {}, panel, HORIZON, compute=Compute(engine, 2))
        gap = difference(alone, found.result)
        row(f"cluster_{engine}_{FEW}_series_wall", time.perf_counter() - began, "s")
        holds.append(row(f"cluster_difference_{engine}", gap, "absolute", 0.0))
    return all(holds)


def killed() -> bool:
    """A worker is killed (SIGKILL) in the middle of a shard."""
    register_model("one_kill", OneKill)
    holds = []
    engines: tuple[Engine, ...] = ("local", "ray", "dask")
    for engine in engines:
        fuse = Path(mkdtemp()) / "fuse"
        fuse.touch()
        plain = generated(FEW)
        panel = Panel.from_arrays(
            {name: plain.series(name) for name in plain.ids}, "2024-01-01", "D", [str(fuse)]
        )
        found = fit_shards("one_kill", {}, panel, HORIZON, compute=Compute(engine, 2))
        whole = create("seasonal_naive").fit(panel, horizon=HORIZON).predict()
        gap = difference(whole, found.result)
        again = found.tried_again
        held = row(f"cluster_killed_{engine}_tried_again", again, "shards", 1, better="higher")
        held &= row(f"cluster_killed_{engine}_failures", len(found.failures), "series", 0)
        held &= row(f"cluster_killed_{engine}_difference", gap, "absolute", 0.0)
        holds.append(held and not fuse.exists())
    return all(holds)


if __name__ == "__main__":
    parts = {"same": same, "killed": killed, "speed": speed}
    chosen = sys.argv[1:] or list(parts)
    # All of them, even where one bar is missed.
    held = [parts[name]() for name in chosen]
    sys.exit(not all(held))
