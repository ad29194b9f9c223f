"""Speed and accuracy of the instant model on ETTh1, one JSON object a line.

Protocol: z-score by the training rows, look-back 336, stride 1, every test window, no drop-last;
fitted on the training rows, everything chosen on folds of them and on the validation rows, never
on the test rows.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from forecasting.engine.linear import Linear
from forecasting.engine.panel import Panel

TRAIN, VALIDATION, TEST = 8_640, 11_520, 14_400
LOOKBACK, HORIZON = 336, 720
HORIZONS = (96, 192, 336, 720)
REPEATS = 5


def data_folder() -> Path:
    """Where the public benchmark files are, by ALMANAC_DATA or beside the repository."""
    beside = Path(__file__).resolve().parents[1].parent / "shared" / "data"
    return Path(os.environ.get("ALMANAC_DATA", beside))


def say(name: str, value: Any, unit: str, bar: float | None = None, at_most: bool = True) -> None:
    """Print one result; a bar of None is information."""
    holds = None if bar is None else bool(value <= bar if at_most else value >= bar)
    line = {"name": name, "value": value, "unit": unit, "bar": bar, "holds": holds}
    sys.stdout.write(json.dumps(line) + "\n")


def timed_fit(panel: Panel) -> tuple[Linear, float, float]:
    """A model fitted with penalty choice, and the wall and CPU seconds it took."""
    wall, cpu = time.perf_counter(), time.process_time()
    model = Linear(lookback=LOOKBACK, validation=VALIDATION - TRAIN).fit(panel, horizon=HORIZON)
    return model, time.perf_counter() - wall, time.process_time() - cpu


def test_errors(model: Linear, table: np.ndarray) -> dict[int, tuple[float, float]]:
    """MSE and MAE on z-scored data for each horizon over all test windows."""
    train = table[:TRAIN]
    scaled = (table - train.mean(axis=0)) / train.std(axis=0)
    first = VALIDATION - LOOKBACK
    errors = {}
    for horizon in HORIZONS:
        block = np.lib.stride_tricks.sliding_window_view(
            scaled[first:TEST], LOOKBACK + horizon, axis=0
        )
        level = block[:, :, LOOKBACK - 1 : LOOKBACK]
        if model.anchor_ == "mean":
            level = block[:, :, :LOOKBACK].mean(axis=2, keepdims=True)
        gap = (block[:, :, :LOOKBACK] - level) @ model.weights_[:, :horizon] + level
        gap -= block[:, :, LOOKBACK:]
        errors[horizon] = float((gap**2).mean()), float(np.abs(gap).mean())
    return errors


def main() -> None:
    """Fit a few times, score once."""
    path = data_folder() / "ett" / "ETTh1.csv"
    if not path.exists():
        say("ridge_etth1_skipped_no_data", None, "")
        return
    frame = pd.read_csv(path)
    columns = [str(name) for name in frame if name != "date"]
    panel = Panel.from_wide(frame.iloc[:VALIDATION], "date", columns)
    runs = [timed_fit(panel) for _ in range(REPEATS)]
    model = runs[0][0]
    say("ridge_etth1_fit_wall", round(sorted(r[1] for r in runs)[REPEATS // 2], 3), "s", 0.5)
    say("ridge_etth1_fit_cpu", round(sorted(r[2] for r in runs)[REPEATS // 2], 3), "s")
    errors = test_errors(model, frame[columns].to_numpy())
    say("ridge_etth1_mse", round(float(np.mean([e[0] for e in errors.values()])), 4), "", 0.406)
    say("ridge_etth1_mae", round(float(np.mean([e[1] for e in errors.values()])), 4), "", 0.420)
    for horizon, (mse, mae) in errors.items():
        say(f"ridge_etth1_mse_h{horizon}", round(mse, 4), "")
        say(f"ridge_etth1_mae_h{horizon}", round(mae, 4), "")


if __name__ == "__main__":
    main()
