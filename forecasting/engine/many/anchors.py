"""What is subtracted from a window and from its future, so that only the deviation is learned.

A centre is the mean of some of the inputs; an outcome is a forecast that needs no learning: the
last value, the season before, or the average of the short season before and the long one moved to
today's level. With an infinite penalty the outcome itself is the forecast.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from forecasting.engine.panel import Floats

Anchor = Literal["last", "mean", "season", "blend"]


def centre(anchor: Anchor, lookback: int, season: int) -> Floats:
    """Weights ``[L]`` of the level that is taken from the inputs; they sum to one."""
    rows = {"last": 1, "mean": lookback}.get(anchor, min(season, lookback))
    weights = np.zeros(lookback)
    weights[-rows:] = 1.0 / rows
    return weights


def outcome(anchor: Anchor, lookback: int, horizon: int, seasons: tuple[int, ...]) -> Floats:
    """Weights ``[L, H]`` of the forecast that needs no learning; every column sums to one."""
    if anchor in ("last", "mean"):
        return np.repeat(centre(anchor, lookback, 1)[:, None], horizon, axis=1)
    near = _ago(lookback, horizon, seasons[0])
    if anchor == "season":
        return near
    far = _ago(lookback, horizon, seasons[1])
    now = centre("season", lookback, seasons[0])
    before = np.roll(now, -seasons[1])
    return (near + far + (now - before)[:, None]) / 2


def needs(anchor: Anchor, seasons: tuple[int, ...]) -> int:
    """The shortest lookback an outcome can be read from."""
    rows = {"last": 1, "mean": 1, "season": seasons[0]}
    return rows.get(anchor, sum(seasons[:2]) if len(seasons) > 1 else seasons[0])


def _ago(lookback: int, horizon: int, season: int) -> Floats:
    weights = np.zeros((lookback, horizon))
    steps = np.arange(horizon)
    weights[lookback - season + steps % season, steps] = 1.0
    return weights
