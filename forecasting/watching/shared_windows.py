"""The champion asked from the past windows of a challenger that a forecast brought.

The challenger learned the rows before its first window, the champion what there was when it was
trained: of the challenger's windows those count that begin after both.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from forecasting import backtests
from forecasting.engine.averaging import mean
from forecasting.engine.backtest_result import collect
from forecasting.models import ModelVersion
from forecasting.watching import duels
from forecasting.watching.records import Later, rows_after


def duel(rival: ModelVersion, champion: Later) -> dict[str, Any]:
    """Both on those windows; empty where there is none."""
    result = rival.model.results.exclude(backtest_path="").order_by("created_at").first()
    if result is None or rival.model.parameters.get("horizon") != champion.model.horizon_:
        return {}
    rows = backtests.read(result)
    labels = champion.panel.labels
    rows = rows[(rows["cutoff"] >= pd.Timestamp(champion.since)) & rows["unique_id"].isin(labels)]
    cutoffs = rows.groupby("window", sort=True)["cutoff"].max()
    ends = [rows_after(champion.panel, moment.to_datetime64()) for moment in cutoffs]
    places = [place for place, end in enumerate(ends) if end >= champion.model.horizon_]
    if not places:
        return {}
    rows = rows[rows["window"].isin(cutoffs.index[places])]
    own = _losses(rows, champion.scales)
    other = _champions(champion, [ends[place] for place in places])
    return duels.on_losses(own, other, rows["ds"].to_numpy())


def _losses(rows: pd.DataFrame, scales: dict[str, float]) -> np.ndarray[Any, Any]:
    unit = _units(scales)
    sizes = (rows["y"] - rows["mean"]).abs() / rows["unique_id"].map(unit).astype(float)
    return np.asarray(sizes.groupby(rows["window"], sort=True).mean(), dtype=np.float64)


def _champions(champion: Later, ends: list[int]) -> np.ndarray[Any, Any]:
    newest, panel = ends[-1], champion.panel
    asked = [end - newest for end in ends]
    answers = champion.model.predict_at(panel.drop_last(newest), asked, (champion.level,))
    found = collect(panel, list(answers), ends)
    unit = np.array(list(_units(champion.scales).values()))
    table = unit.reshape(1, len(panel), 1, len(panel.channels))
    return mean(np.abs(found.actual - found.mean) / table, (1, 2, 3))


def _units(scales: dict[str, float]) -> dict[str, float]:
    """Naive errors; 1 for all where no series has one, NaN for one that alone has none."""
    known = any(scale > 0 for scale in scales.values())
    return {label: (s if s > 0 else np.nan) if known else 1.0 for label, s in scales.items()}
