"""What the past cutoffs say of the width of the intervals."""

from __future__ import annotations

import numpy as np

from forecasting.engine.intervals import volatility
from forecasting.engine.many.judging import Judgement
from forecasting.engine.missing import Scaled
from forecasting.engine.panel import Floats


def past_scores(
    scaled: Scaled, columns: list[Floats], judgement: Judgement, horizon: int
) -> list[Floats]:
    """Absolute errors over volatility, ``[n, H]`` for every variate (maybe none).

    Where no cutoff could be judged, the errors of the last value within the rows stand in.
    """
    parts: list[list[Floats]] = [[] for _ in columns]
    for origin, sample, forecasts in judgement.samples:
        gaps = np.abs(origin.actual[sample] - forecasts)
        for v, gap in zip(origin.rows[sample], gaps, strict=True):
            cut = np.array([len(columns[v]) - origin.back])
            parts[v].append(gap[None] / scaled.spread[v] / volatility(scaled.columns[v], cut)[0])
    if not judgement.samples:
        parts = [[_walk(column, horizon)] for column in scaled.columns]
    nothing = np.zeros((0, horizon))
    return [np.concatenate(part) if part else nothing for part in parts]


def _walk(column: Floats, horizon: int) -> Floats:
    """Scores of the last value at every row of a scaled column."""
    ends = np.arange(1, len(column))
    rows = ends[:, None] + np.arange(horizon)
    inside = np.minimum(rows, len(column) - 1)
    gaps = np.abs(column[inside] - column[ends - 1][:, None])
    return np.where(rows < len(column), gaps / volatility(column, ends)[:, None], np.nan)
