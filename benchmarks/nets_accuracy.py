"""Accuracy of networks on ETTh1 by the long-horizon protocol, one JSON object a line.

One network is trained for every horizon on the training rows within ten CPU minutes, stops by the
validation rows, and is scored once on every window of the test rows. The budget was chosen on
splits inside the training and validation rows. Arguments: names of networks (all four without).
"""

from __future__ import annotations

import sys
import time
from typing import Any, Final

from benchmarks.engine_data import named
from benchmarks.report import row, skipped
from forecasting.engine.panel import Panel
from forecasting.engine.protocol import Borders, Score, score, seen_by
from forecasting.engine.registry import create

BUDGET_SECONDS: Final = 600.0
TRAINING: Final[dict[str, Any]] = {
    "loss": "mse",
    "batch_size": 128,
    "epochs": 6,
    "epoch_windows": 15_000,
    "max_windows": 90_000,
    "max_seconds": BUDGET_SECONDS,
    "patience": 3,
}
# What was better on those splits than the defaults, which are made for seconds.
SIZES: Final[dict[str, dict[str, Any]]] = {
    "lstm": {"learning_rate": 1e-3},
    "gru": {"learning_rate": 1e-3},
    "segrnn": {"hidden_size": 512, "learning_rate": 3e-4},
}
MEAN_BARS: Final = {"patchtst": 0.43, "segrnn": 0.43}
NAMES: Final = ("patchtst", "segrnn", "lstm", "gru")
# Below seasonal naive by so much at every horizon.
RECURRENT_GAIN: Final = 0.2


def measure(name: str, panel: Panel, borders: Borders, horizon: int) -> Score:
    """Train for one horizon and score; prints errors and CPU seconds."""
    validation = borders.validation - borders.train
    began = time.process_time()
    settings = TRAINING | SIZES.get(name, {})
    model = create(name, validation=validation, **settings)
    model.fit(seen_by(panel, borders), horizon=horizon)
    spent = time.process_time() - began
    found = score(model, panel, borders, [horizon])[0]
    row(f"nets_{name}_mse_h{horizon}", found.mse, "")
    row(f"nets_{name}_mae_h{horizon}", found.mae, "")
    row(f"nets_{name}_cpu_h{horizon}", spent, "s", BUDGET_SECONDS)
    return found


def main() -> None:
    """All horizons of the networks named."""
    read = named("etth1").read()
    if read is None:
        skipped("nets_accuracy", "the public data are not here")
        return
    panel, borders = read
    horizons = named("etth1").horizons
    rule = create("seasonal_naive").fit(seen_by(panel, borders), horizon=max(horizons))
    yardstick = score(rule, panel, borders, horizons)
    for one in yardstick:
        row(f"nets_seasonal_naive_mse_h{one.horizon}", one.mse, "")
    for name in sys.argv[1:] or NAMES:
        found = [measure(name, panel, borders, horizon) for horizon in horizons]
        row(f"nets_{name}_mse", sum(s.mse for s in found) / len(found), "", MEAN_BARS.get(name))
        row(f"nets_{name}_mae", sum(s.mae for s in found) / len(found), "")
        least = min(1 - s.mse / y.mse for s, y in zip(found, yardstick, strict=True))
        bar = None if name in MEAN_BARS else RECURRENT_GAIN
        row(f"nets_{name}_least_gain_over_seasonal_naive", least, "", bar, better="higher")


if __name__ == "__main__":
    main()
