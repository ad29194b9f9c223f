"""Whether a budget of seconds is kept by counting, and used: every network on ETTh1, 96 steps.

All seven channels with the default settings, but for a budget that no limit of windows or epochs
cuts short. Training is measured in CPU seconds, which a busy machine does not distort; where the
clock or the validation ended it early, what was left of the plan is added at the same pace. Last
come the default settings as they are, the whole fit in CPU seconds.
Arguments: seconds of the budget, then names of networks (all without).
"""

from __future__ import annotations

import sys
import time
from typing import Any, Final

import torch

from benchmarks.engine_data import named
from benchmarks.nets_memory import nets
from benchmarks.report import row, skipped
from forecasting.engine.panel import Panel
from forecasting.engine.registry import create
from forecasting.engine.watch import EpochReport

HORIZON: Final = 96
LEAST_USED, MOST_USED = 0.5, 0.95
ENDLESS: Final = {"epochs": 10**6, "max_windows": 10**9, "patience": 10**6}


class Pace:
    """CPU seconds from the first step to the end of each epoch."""

    def __init__(self) -> None:
        self.began = 0.0
        self.planned = 0.0

    def progress(self, _done: float, message: str) -> None:
        """Training begins."""
        if message == "Training" and not self.began:
            self.began = time.process_time()

    def on_epoch(self, report: EpochReport) -> None:
        """All epochs at the pace so far."""
        self.planned = (time.process_time() - self.began) * report.epochs / report.epoch


def fitted(name: str, panel: Panel, **settings: Any) -> tuple[Pace, float]:
    """The pace of the training and CPU seconds of the whole fit."""
    pace, began = Pace(), time.process_time()
    model = create(name, device="cpu", **settings)
    model.on_epoch = pace.on_epoch
    model.fit(panel, horizon=HORIZON, progress=pace.progress)
    return pace, time.process_time() - began


def main() -> None:
    """Rows of every network."""
    read = named("etth1").read()
    if read is None:
        skipped("nets_plan", "the public data are not here")
        return
    torch.set_num_threads(1)
    panel, borders = read
    seen = panel.window(0, borders.validation)
    budget = float(sys.argv[1]) if sys.argv[1:] else 30.0
    for name in sys.argv[2:] or nets():
        used = fitted(name, seen, max_seconds=budget, **ENDLESS)[0].planned / budget
        row(f"{name}_budget_used_at_most", used, "share", MOST_USED)
        row(f"{name}_budget_used_at_least", used, "share", LEAST_USED, better="higher")
    for name in sys.argv[2:] or nets():
        row(f"{name}_default_fit_cpu", fitted(name, seen)[1], "s", 30.0)


if __name__ == "__main__":
    main()
