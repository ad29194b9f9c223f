"""Champion against challenger on the same values, which neither of them knew.

Either on windows that the challenger's training left out, or on rows that came after both were
trained. Windows are a whole horizon and do not overlap: overlapping ones repeat the same errors,
and a test that takes many of them for news is sure of too much.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from forecasting.engine.backtest_result import BacktestResult
from forecasting.engine.significance import DieboldMariano, compare_windows, judge
from forecasting.watching.records import iso

WINDOWS, ARRIVED = "windows", "arrived"
# Fewer windows leave a duel to luck, whatever a test says.
FEWEST: Final = 4
Span = tuple[str, str]


def on_windows(own: BacktestResult, other: BacktestResult) -> dict[str, Any]:
    """The challenger (`own`) and the champion on the same past windows, a horizon apart."""
    steps = own.mean.shape[2]
    scales = own.scales if own.metric == "mase" else None
    found = compare_windows(own.actual, own.mean, other.mean, steps, scales=scales)
    errors = (own.metrics[own.metric], other.metrics[own.metric])
    return _told(WINDOWS, found, errors, _span(own.times.ravel()))


def on_arrived(
    challenger: pd.DataFrame, champion: pd.DataFrame, scales: dict[str, Any], horizon: int
) -> dict[str, Any]:
    """Both on the rows that came after both were trained; empty without a whole horizon."""
    both = challenger.merge(champion, on=["unique_id", "ds"], suffixes=("", "_other"))
    both = both[both["whole"].notna() & both["whole_other"].notna()]
    scale = both["unique_id"].map(scales).astype(float)
    unit = scale.where(scale > 0) if scale.gt(0).any() else pd.Series(1.0, index=both.index)
    losses = pd.DataFrame(
        {"ds": both["ds"], "own": both["whole"] / unit, "other": both["whole_other"] / unit}
    )
    table = losses.dropna().groupby("ds", sort=True).mean()
    table = table.iloc[(len(table) - 1) % horizon :: horizon] if len(table) else table
    if table.empty:
        return {}
    own, other = table["own"].to_numpy(), table["other"].to_numpy()
    errors = (float(own.mean()), float(other.mean()))
    return _told(ARRIVED, judge(own - other, 1), errors, _span(table.index.to_numpy()))


def on_losses(own: Any, other: Any, times: Any) -> dict[str, Any]:
    """The mean loss of both on every one of the same past windows, in their order."""
    errors = (float(np.nanmean(own)), float(np.nanmean(other)))
    return _told(WINDOWS, judge(own - other, 1), errors, _span(times))


def is_enough(duel: dict[str, Any]) -> bool:
    """Are there enough windows?"""
    return bool(duel) and int(duel["windows"]) >= FEWEST


def _span(times: Any) -> Span:
    first, last = iso(np.array([times.min(), times.max()]))
    return first, last


def _told(
    kind: str, found: DieboldMariano, errors: tuple[float | None, float | None], span: Span
) -> dict[str, Any]:
    own, other = errors
    return {
        "on": kind,
        "windows": found.count,
        "own": own,
        "other": other,
        "gain": None if own is None or not other else 1 - own / other,
        "p": found.p_value,
        "p_better": found.p_better,
        "p_worse": found.p_worse,
        "note": found.note,
        "first": span[0],
        "last": span[1],
    }
