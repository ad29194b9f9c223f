"""Intervals that learn from being right or wrong.

Once the outcome of a block of steps is known, its widths are multiplied by exp(g), where
g += gain * rows * (level - share of the outcomes inside). This is stochastic gradient descent on
the pinball loss of the width (adaptive conformal inference, Gibbs and Candès 2021). The interval
that is judged is the one today's g would give at the old cutoff, so that the late news about far
steps does not wind g up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.blocks import block_ends
from forecasting.engine.intervals import REFERENCE_LEVELS, Conformal
from forecasting.engine.panel import Floats, Panel

PredictAt = Callable[[Panel, Sequence[int], int], Iterator[Floats]]
GAIN_PER_SEASON: Final = 0.144
LARGEST_GAIN: Final = 0.02
SMALLEST_SHIFT: Final = -1.0
LARGEST_SHIFT: Final = 1.2
MOST_CUTOFFS: Final = 8


def judged(intervals: Conformal, panel: Panel, new: int, predict_at: PredictAt) -> Conformal:
    """The intervals after the outcome of the last ``new`` rows of ``panel`` is known.

    For every block of steps at most eight cutoffs are judged whose last outcome lies in these rows.
    """
    horizon = intervals.table.shape[2]
    ends = block_ends(horizon)
    shift = intervals.shift.copy()
    gain = min(GAIN_PER_SEASON / panel.frequency.season_length, LARGEST_GAIN)
    due = _due(ends, new, int(panel.lengths.min()))
    for cutoff, mean in zip(sorted(due), predict_at(panel, sorted(due), horizon), strict=True):
        current = replace(intervals, shift=shift)
        inside = _inside(current, panel, cutoff, mean)
        for block, rows in due[cutoff]:
            first = 0 if block == 0 else int(ends[block - 1])
            share = _share(inside[:, :, first : int(ends[block])])
            step = gain * rows * (np.array(REFERENCE_LEVELS)[:, None] / 100 - share)
            moved = shift[:, block, :].T + np.nan_to_num(step)
            shift[:, block, :] = np.clip(moved, SMALLEST_SHIFT, LARGEST_SHIFT).T
    return replace(intervals, shift=shift)


def _due(ends: NDArray[np.int64], new: int, rows: int) -> dict[int, list[tuple[int, float]]]:
    """Cutoffs (rows before the end) to judge: the blocks each one completes and rows it counts."""
    due: dict[int, list[tuple[int, float]]] = {}
    count = min(new, MOST_CUTOFFS)
    for block, end in enumerate(ends):
        for back in np.linspace(0, new - 1, count).round().astype(int):
            cutoff = int(end + back)
            if cutoff < rows - 1:
                due.setdefault(cutoff, []).append((block, new / count))
    return due


def _inside(intervals: Conformal, panel: Panel, cutoff: int, mean: Floats) -> Floats:
    """1 where the outcome lay inside, ``[levels, V, H]``; NaN where there is none."""
    horizon = mean.shape[1]
    widths = intervals.half_widths(REFERENCE_LEVELS, panel.drop_last(cutoff), horizon)
    firsts = panel.indptr[1:] - cutoff
    steps = min(horizon, cutoff)
    actual = np.full(mean.shape, np.nan)
    actual[:, :steps] = np.stack([panel.values[i : i + steps] for i in firsts])
    gap = np.abs(actual - mean)
    hits = np.stack([np.where(np.isnan(gap), np.nan, gap <= widths[p]) for p in REFERENCE_LEVELS])
    levels, series, _, channels = hits.shape
    return hits.transpose(0, 1, 3, 2).reshape(levels, series * channels, horizon)


def _share(inside: Floats) -> Floats:
    """Mean over the steps of a block ``[levels, V]``, NaN where no outcome is known."""
    seen = ~np.isnan(inside)
    counts = seen.sum(axis=2)
    total = np.where(seen, inside, 0.0).sum(axis=2)
    return np.where(counts > 0, total / np.maximum(counts, 1), np.nan)
