"""The shape of the data without the data: enough to plan windows and to say what models cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from datasets.models import Column, Version
from forecasting.engine.covariates import Known
from forecasting.engine.frequency import Frequency
from forecasting.engine.panel import Panel
from forecasting.engine.scant import LEAST_VALUES

# More series, or values, tell nothing new about the shape.
MOST_SERIES: Final = 500
MOST_VALUES: Final = 2_000_000


def outline(
    version: Version,
    targets: Sequence[Column],
    frequency: Frequency,
    series: Sequence[str] = (),
    *,
    has_known: bool = False,
) -> tuple[Panel, float]:
    """A panel as long as the series are, and how many times more of it there really is.

    Its values tell nothing but how many of them are zero, which decides on models of rare demand.
    """
    lengths, times = _lengths(version, series)
    names = tuple(column.name for column in targets)
    fewest = max(1, MOST_VALUES // max(1, int(lengths.max()) * len(names)))
    if len(lengths) > fewest:
        times *= len(lengths) / fewest
        # The shortest stays: it decides which models can learn.
        lengths = np.sort(lengths)[:: -(-len(lengths) // fewest)]
    ends = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    values = np.ones((int(ends[-1]), len(names)))
    values[: round(_zero_share(version, targets) * len(values))] = 0
    start = pd.Timestamp(str(version.profile.get("start") or "2000-01-01")).tz_localize(None)
    panel = Panel(
        tuple(f"series {place + 1}" for place in range(len(lengths))),
        names,
        frequency,
        np.full(len(lengths), start.to_datetime64(), dtype="datetime64[ns]"),
        values,
        ends,
        known=Known(("known",), np.zeros((int(ends[-1]), 1)), ends.copy()) if has_known else None,
    )
    return panel, times


def _zero_share(version: Version, targets: Sequence[Column]) -> float:
    filled = sum(max(0, version.row_count - column.missing) for column in targets)
    return sum(int(column.stats.get("zeros") or 0) for column in targets) / max(1, filled)


def _lengths(version: Version, series: Sequence[str]) -> tuple[np.ndarray, float]:
    """Rows of the series, and how many times more series there are than these."""
    listed = version.profile.get("series") or []
    if version.layout != Version.Layout.LONG or not listed:
        return np.array([max(1, int(version.row_count))], dtype=np.int64), 1.0
    chosen = set(series)
    rows = [int(one["rows"]) for one in listed if not chosen or str(one["id"]) in chosen]
    if not rows:
        rows = [max(1, int(version.row_count) // max(1, int(version.profile["series_count"])))]
    total = len(chosen) or int(version.profile.get("series_count") or len(listed))
    # A series of one row is learned from by no model.
    rows = [count for count in rows if count >= LEAST_VALUES] or rows
    lengths = np.array([max(1, count) for count in rows], dtype=np.int64)[:MOST_SERIES]
    return lengths, max(1.0, total / len(lengths))
