"""What a pretrained network is asked: the newest rows of a series, each on a scale of its own.

The networks scale their inputs too, but in single precision, where a small wave on a high level is
lost; so every row comes to them with mean 0 and spread 1. A row that never changes stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from forecasting.engine.covariate_blocks import known_block, past_block
from forecasting.engine.foundation.backbone import Task
from forecasting.engine.panel import Floats, Panel

# Channels and covariates that attend to each other; more than the networks were trained with.
MOST_TOGETHER: Final = 32


@dataclass(frozen=True, eq=False)
class Question:
    """One task and how to read its answer: ``channels`` of ``series``, ``mean`` and ``spread``
    ``[C, 1, 1]`` of their rows (spread 0 where a row is constant)."""

    task: Task
    series: int
    channels: slice
    mean: Floats
    spread: Floats

    def answer(self, quantiles: Floats) -> Floats:
        """Quantiles ``[C, Q, H]`` in the unit of the data."""
        values: Floats = quantiles * self.spread + self.mean
        return values


def questions(
    panel: Panel, series: int, origin: int, context: int, horizon: int, *, together: bool
) -> list[Question]:
    """All that is asked about the ``horizon`` rows from row ``origin`` of a series on.

    ``together``: channels and covariates in one task, otherwise every channel alone.
    """
    first = max(origin - context, 0)
    target = panel.at(series)[first:origin].T
    past = known = np.empty((0, origin - first))
    size = 1
    if together:
        past = _scaled(past_block(panel, series)[first:origin].T)[0]
        known = _known(panel, series, first, origin, horizon)
        size = max(1, MOST_TOGETHER - len(past) - len(known))
    asked = []
    for begin in range(0, len(target), size):
        channels = slice(begin, min(begin + size, len(target)))
        scaled, mean, spread = _scaled(target[channels])
        task = Task(scaled, past, known)
        asked.append(Question(task, series, channels, mean[:, :, None], spread[:, :, None]))
    return asked


def _known(panel: Panel, series: int, first: int, origin: int, horizon: int) -> Floats:
    """Known covariates ``[K, T + H]``, NaN beyond what is known."""
    rows = known_block(panel, series)[first : origin + horizon].T
    lacking = origin - first + horizon - rows.shape[1]
    return _scaled(np.pad(rows, ((0, 0), (0, lacking)), constant_values=np.nan))[0]


def _scaled(rows: Floats) -> tuple[Floats, Floats, Floats]:
    """Rows ``[R, T]`` with mean 0 and spread 1, the means and the spreads ``[R, 1]``.

    A row without any value becomes zeros.
    """
    seen = ~np.isnan(rows)
    counts = np.maximum(seen.sum(axis=1, keepdims=True), 1)
    mean = np.where(seen, rows, 0.0).sum(axis=1, keepdims=True) / counts
    centred = np.where(seen, rows - mean, 0.0)
    spread = np.sqrt((centred**2).sum(axis=1, keepdims=True) / counts)
    low = np.where(seen, rows, np.inf).min(axis=1, initial=np.inf)
    high = np.where(seen, rows, -np.inf).max(axis=1, initial=-np.inf)
    varies = (high > low)[:, None] & (spread > 0)
    scaled = np.where(seen & varies, centred / np.where(varies, spread, 1.0), 0.0)
    kept = np.where(seen | ~seen.any(axis=1, keepdims=True), scaled, np.nan)
    return kept, mean, np.where(varies, spread, 0.0)
