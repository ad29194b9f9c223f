"""From a record to what is said of it: is the champion as good as it was when it was trained?"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

import numpy as np
import pandas as pd

from forecasting.engine.drift import judged
from forecasting.engine.drift.judged import Judged
from forecasting.engine.drift.tracking import tracking
from forecasting.watching.records import Later, iso

# The newest values of every series that rolling figures are of.
ROLLING: Final = 100


def judge(frame: pd.DataFrame, later: Later, steps: float) -> dict[str, Any]:
    """What `ModelWatch.seen` keeps of a record with rows; `steps` between false alarms."""
    worst = judge_series(frame, later.level, steps)[0]
    rows = frame[frame["unique_id"] == worst.label]
    newest = _newest(frame)
    errors = newest["y"] - newest["mean"]
    sums = worst.sums
    return {
        "since": iso([later.since])[0],
        "until": iso([frame["ds"].max()])[0],
        "values": len(frame),
        "times": int(frame["ds"].nunique()),
        "horizon": later.model.horizon_,
        "level": int(later.level),
        "series": int(frame["unique_id"].nunique()),
        "series_total": later.total,
        "steps": steps,
        "sign": worst.sign,
        "worst": worst.label,
        "onset": iso([rows["ds"].iloc[sums.onset]])[0] if sums.is_drifting else "",
        "distance": round(worst.distance, 4),
        "held": {"inside": worst.held.inside, "count": worst.held.count},
        "p_fewer": worst.held.p_fewer,
        "mae": _plain(errors.abs().mean()),
        "mase": mase(newest, later.scales),
        "tracking": asdict(tracking((rows["y"] - rows["mean"]).to_numpy()[-ROLLING:])),
        "scales": {label: _plain(scale) for label, scale in later.scales.items()},
    }


def judge_series(frame: pd.DataFrame, level: float, steps: float) -> list[Judged]:
    """Every series, the one nearest to an alarm first."""
    groups = dict(iter(frame.groupby("unique_id", sort=False)))
    scores = {str(label): rows["score"].to_numpy() for label, rows in groups.items()}
    inside = {
        str(label): ((rows["y"] >= rows["lo"]) & (rows["y"] <= rows["hi"])).to_numpy()
        for label, rows in groups.items()
    }
    return judged.judge(scores, inside, level, steps)


def mase(frame: pd.DataFrame, scales: dict[str, Any]) -> float | None:
    """Mean over the series of the mean one-step error in naive errors."""
    scale = frame["unique_id"].map(scales).astype(float)
    scaled = (frame["y"] - frame["mean"]).abs() / scale.where(scale > 0)
    return _plain(scaled.groupby(frame["unique_id"]).mean().mean())


def _newest(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.groupby("unique_id", sort=False).tail(ROLLING)


def _plain(value: Any) -> float | None:
    return None if value is None or not np.isfinite(value) else float(value)
