"""The race on the shared sets: is Balanced worth its minute, does it keep it, does it go on?

Test rows are never touched. Of the rows for training and validation the newest fifth (of M4's
training rows the last two horizons) are kept from both races; there the winners they deliver are
judged, on windows that neither race has chosen by. (The margins of leading.py were chosen on
rolling origins of the same sets, these windows among others.) M4 is raced on every third series,
because a race of all of them within the five minutes of this script would leave no time for the
others. Names of sets as arguments judge only those.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.engine_data import SETS
from benchmarks.m4_data import M4
from benchmarks.report import ROOT, row, skipped
from forecasting.engine.backtest import replay
from forecasting.engine.budget import TimeBudget
from forecasting.engine.panel import Panel
from forecasting.engine.race import Finished, ModelStarted, Scored, race

# Percent by which Balanced may be worse, and over which the budget may go.
WORSE, OVER = 0.5, 10.0
SECONDS: Final = {"etth1": 60.0}
OTHERS: Final = 40.0
HORIZONS: Final = {"etth1": 96, "ettm1": 96, "exchange": 96, "ili": 24}
KEPT: Final = 0.2
MOST_WINDOWS: Final = 12
EVERY_SERIES: Final = 3
# Budgets too small for everything, where keeping them is hard.
TIGHT: Final = {"etth1": 8.0, "m4_hourly": 8.0}
# The race that is killed, and after which of its models.
KILLED_SET, FATAL = "ili", "linear_stack"


@dataclass(frozen=True, eq=False)
class Ground:
    """``panel`` without test rows; its last ``windows``, ``stride`` rows apart, are kept back."""

    name: str
    panel: Panel
    horizon: int
    windows: int
    stride: int

    @property
    def raced(self) -> Panel:
        """What the races see."""
        return self.panel.drop_last(self.horizon + (self.windows - 1) * self.stride)


def grounds() -> Iterator[Ground]:
    """All sets that are here."""
    for one in SETS:
        read = one.read()
        if read is None:
            skipped(f"race_{one.name}", "the public data are not here")
            continue
        panel, borders = read
        rows, steps = borders.validation, HORIZONS[one.name]
        windows = min(MOST_WINDOWS, int(KEPT * rows) // steps)
        stride = (int(KEPT * rows) - steps) // (windows - 1)
        yield Ground(one.name, panel.window(0, rows), steps, windows, stride)
    for name in ("Hourly", "Weekly"):
        data = M4.read(name)
        if data is None:
            skipped(f"race_m4_{name.lower()}", "the public data are not here")
            continue
        panel, steps = data.panel(), data.group.horizon
        some = panel.select(panel.ids[::EVERY_SERIES])
        yield Ground(f"m4_{name.lower()}", some, steps, 2, steps)


def finished(ground: Ground, preset: str, seconds: float) -> tuple[Finished, float]:
    """The end of a race and its wall seconds."""
    began = time.perf_counter()
    *_, last = race(ground.raced, ground.horizon, preset=preset, budget=TimeBudget(seconds))
    assert isinstance(last, Finished)
    return last, time.perf_counter() - began


def later_error(ground: Ground, end: Finished) -> float:
    """MASE of what a race delivered, on the windows it did not see."""
    result = replay(end.model, ground.panel, windows=ground.windows, step=ground.stride)
    return float(result.metrics["mase"])


def compare(ground: Ground) -> tuple[float, float]:
    """Percent by which Balanced is worse than Instant, and by which it went over its time."""
    seconds = SECONDS.get(ground.name, OTHERS)
    instant, _ = finished(ground, "instant", seconds)
    balanced, wall = finished(ground, "balanced", seconds)
    errors = later_error(ground, instant), later_error(ground, balanced)
    worse = 100 * (errors[1] / errors[0] - 1)
    name = f"race_{ground.name}"
    row(f"{name}_instant_{instant.leader}", errors[0], "MASE")
    row(f"{name}_balanced_{balanced.leader}", errors[1], "MASE")
    row(f"{name}_balanced_over_instant", worse, "%", WORSE)
    row(f"{name}_coverage_80", _coverage(ground, balanced), "%")
    row(f"{name}_wall", wall, "s", seconds if ground.name == "etth1" else None)
    over = [100 * (wall / seconds - 1)]
    if ground.name in TIGHT:
        end, wall = finished(ground, "balanced", TIGHT[ground.name])
        row(f"{name}_tight_{end.leader}_refitted_{end.refitted}", wall, "s")
        over.append(100 * (wall / TIGHT[ground.name] - 1))
    return worse, max(over)


def _coverage(ground: Ground, end: Finished) -> float:
    result = replay(end.model, ground.panel, windows=ground.windows, step=ground.stride)
    return float(result.metrics["coverage"][80.0])


def killed(ground: Ground) -> None:
    """Kill a race without warning, go on, and count what ran twice."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "benchmarks.engine_race", "--until-killed", folder]
        subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.DEVNULL)
        events = list(_told(ground, Path(folder)))
    resumed = {event.row.model for event in events if isinstance(event, Scored) and event.resumed}
    again = {event.model for event in events if isinstance(event, ModelStarted)} & resumed
    row("race_killed_models_kept", len(resumed), "models", 1, better="higher")
    row("race_killed_models_run_again", len(again), "models", 0)


def until_killed(folder: Path) -> None:
    """Be killed right after a model has been scored."""
    ground = next(one for one in grounds() if one.name == KILLED_SET)
    for event in _told(ground, folder):
        if isinstance(event, Scored) and event.row.model == FATAL:
            os.kill(os.getpid(), signal.SIGKILL)


def _told(ground: Ground, folder: Path) -> Iterator[object]:
    yield from race(ground.raced, ground.horizon, budget=TimeBudget(15.0), journal=folder)


def main() -> None:
    """Every set that is here, or those that are named."""
    wanted = sys.argv[1:]
    if wanted[:1] == ["--until-killed"]:
        until_killed(Path(wanted[1]))
        return
    worse, over = [], []
    for ground in grounds():
        if wanted and ground.name not in wanted:
            continue
        found = compare(ground)
        worse.append(found[0])
        over.append(found[1])
        if ground.name == KILLED_SET:
            killed(ground)
    if worse:
        half = -(-len(worse) // 2)
        row("race_sets_better", sum(one < 0 for one in worse), "sets", half, better="higher")
        row("race_worst_balanced_over_instant", float(np.max(worse)), "%", WORSE)
        row("race_budget_overshoot", max(0.0, float(np.max(over))), "%", OVER)


if __name__ == "__main__":
    main()
