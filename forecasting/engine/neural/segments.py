"""Several steps of the past taken as one, for networks that read step by step."""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import pad

from forecasting.engine.neural.window import Shape


def segment_of(shape: Shape, share: int = 1) -> int:
    """One season, or a ``share``-th of it; a twelfth of a lookback that does not hold two."""
    fits = 2 * shape.season <= shape.lookback
    return max(1, shape.season // share if fits else shape.lookback // 12)


def segments(rows: Tensor, length: int) -> Tensor:
    """Rows ``[B, L, D]`` as ``[B, L // length, length * D]``, without the oldest rest.

    A past that is shorter than one segment is filled up with zeros before it.
    """
    batch, lookback, width = rows.shape
    if lookback < length:
        rows = pad(rows, (0, 0, length - lookback, 0))
    steps = rows.shape[1] // length
    return rows[:, rows.shape[1] - steps * length :].reshape(batch, steps, length * width)


def segments_ahead(rows: Tensor, length: int) -> Tensor:
    """Rows ``[B, H, D]`` as ``[B, ceil(H / length), length * D]``, filled up with the last."""
    batch, steps, width = rows.shape
    missing = -steps % length
    if missing:
        rows = pad(rows.transpose(1, 2), (0, missing), mode="replicate").transpose(1, 2)
    return rows.reshape(batch, -1, length * width)
