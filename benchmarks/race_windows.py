"""What twenty past windows cost: the ridge beside one of its fits, and nets that are fitted once.

The bar is about the whole of ETTh1, all series, a horizon of 96 steps.
"""

from __future__ import annotations

import statistics
import sys
import time
from typing import Any
from unittest.mock import patch

from benchmarks.engine_data import SETS
from benchmarks.report import row, skipped
from forecasting.engine.backtest import backtest
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.panel import Panel
from forecasting.engine.registry import create

HORIZON, WINDOWS, REPEATS = 96, 20, 5
MOST_FITS = 3.0
# Enough for a net to learn something; what counts here is how often it is asked to.
NET_SECONDS = 8.0


def main() -> int:
    found = next(one for one in SETS if one.name == "etth1").read()
    if found is None:
        skipped("twenty windows of the ridge", "ETTh1 is not here")
        return 0
    panel, _ = found
    return 0 if ridge(panel) and net(panel) else 1


def ridge(panel: Panel) -> bool:
    """Seconds of twenty windows over seconds of a fit, each the middle of five."""
    fit = _middle(lambda: create("linear").fit(panel, horizon=HORIZON))
    tested = _middle(lambda: backtest(create("linear"), panel, horizon=HORIZON, windows=WINDOWS))
    refitted = _middle(
        lambda: backtest(create("linear"), panel, horizon=HORIZON, windows=WINDOWS, refit="always")
    )
    row("race_ridge_fit", fit, "s")
    row("race_ridge_20_windows", tested, "s")
    row("race_ridge_20_windows_refitted", refitted, "s")
    row("race_ridge_20_windows_refitted_fits", refitted / fit, "x", MOST_FITS)
    return row("race_ridge_20_windows_fits", tested / fit, "x", MOST_FITS)


def net(panel: Panel) -> bool:
    """How often a net is fitted for twenty windows."""
    fits: list[str] = []
    net_type = type(create("lstm"))
    real = net_type.fit

    def counted(self: Forecaster, *given: Any, **named: Any) -> Forecaster:
        fits.append(self.name)
        return real(self, *given, **named)

    began = time.perf_counter()
    with patch.object(net_type, "fit", counted):
        model = create("lstm", max_seconds=NET_SECONDS)
        backtest(model, panel, horizon=HORIZON, windows=WINDOWS)
    row("race_lstm_20_windows", time.perf_counter() - began, "s")
    return row("race_lstm_20_windows_fits", len(fits), "fits", 1)


def _middle(work: Any) -> float:
    took = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return statistics.median(took)


if __name__ == "__main__":
    sys.exit(main())
