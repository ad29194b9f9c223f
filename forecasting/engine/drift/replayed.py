"""What a model would have said step by step of rows that came after its training, beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from forecasting.engine.drift.surprise import LEVELS, surprise
from forecasting.engine.forecast import Forecast
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.panel import Floats, Panel

# Cutoffs forecast in one go.
CHUNK: Final = 64


@dataclass(frozen=True, eq=False)
class Seen:
    """One cutoff, a number for every label: time, value, forecast of one step, its band, score.

    ``whole`` is the mean absolute error over the whole horizon, NaN until all of it has come.
    """

    times: np.ndarray
    actual: Floats
    mean: Floats
    lower: Floats
    upper: Floats
    score: Floats
    whole: Floats


def replayed(model: Forecaster, panel: Panel, ends: Sequence[int], level: float) -> Iterator[Seen]:
    """Forecast from ``ends`` rows before the end of every series, none of which the model changes.

    ``panel`` holds the rows up to now; the largest of ``ends`` must lie at or after the end of the
    training, or the errors are of rows that the model knows.
    """
    levels = sorted({*LEVELS, level})
    for first in range(0, len(ends), CHUNK):
        part = list(ends[first : first + CHUNK])
        seen = panel.drop_last(part[-1])
        answers = model.predict_at(seen, [end - part[-1] for end in part], levels)
        for end, forecast in zip(part, answers, strict=True):
            yield _beside(panel, end, forecast, level)


def as_frame(labels: Sequence[str], seen: Sequence[Seen]) -> pd.DataFrame:
    """Rows ``unique_id, ds, y, mean, lo, hi, score, whole``, the oldest cutoff first."""
    names = np.array(labels, dtype=object)
    parts = [
        pd.DataFrame(
            {
                "unique_id": names,
                "ds": one.times,
                "y": one.actual,
                "mean": one.mean,
                "lo": one.lower,
                "hi": one.upper,
                "score": one.score,
                "whole": one.whole,
            }
        )
        for one in seen
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(COLUMNS))


COLUMNS: Final = ("unique_id", "ds", "y", "mean", "lo", "hi", "score", "whole")


def _beside(panel: Panel, end: int, forecast: Forecast, level: float) -> Seen:
    steps = forecast.mean.shape[1]
    actual = _came(panel, end, steps)
    first = {p: band[:, 0] for p, band in forecast.lower.items() if p in LEVELS}
    above = {p: band[:, 0] for p, band in forecast.upper.items() if p in LEVELS}
    score = surprise(actual[:, 0], forecast.mean[:, 0], first, above)
    gaps = np.abs(actual - forecast.mean)
    known = ~np.isnan(gaps)
    sizes = np.where(known, gaps, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    whole = np.where(known.any(axis=1) & (end >= steps), sizes, np.nan)
    return Seen(
        times=np.repeat(forecast.times[:, 0], actual.shape[2]),
        actual=actual[:, 0].reshape(-1),
        mean=forecast.mean[:, 0].reshape(-1),
        lower=forecast.lower[level][:, 0].reshape(-1),
        upper=forecast.upper[level][:, 0].reshape(-1),
        score=score.reshape(-1),
        whole=whole.reshape(-1),
    )


def _came(panel: Panel, end: int, steps: int) -> Floats:
    """The rows from ``end`` rows before the end ``[S, steps, C]``, NaN where none has come."""
    found = np.full((len(panel), steps, len(panel.channels)), np.nan)
    have = min(end, steps)
    for series, stop in enumerate(panel.indptr[1:]):
        found[series, :have] = panel.values[stop - end : stop - end + have]
    return found
