"""The scores behind intervals, kept aside while a model is fitted in parts.

Where the series share one pool of past errors, every part would have a pool of its own. With the
scores of all parts the intervals become those of one fit, whatever the parts were.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Scores:
    """What one call of ``Conformal.fit`` was given: ids, moments ``[V]``, scores ``[n_v, H]``."""

    ids: tuple[str, ...]
    mean: Floats
    spread: Floats
    scores: Sequence[Floats]


_kept: ContextVar[list[Scores] | None] = ContextVar("kept_scores", default=None)


@contextmanager
def keeping() -> Iterator[list[Scores]]:
    """The scores of all fits inside the block, in their order."""
    found: list[Scores] = []
    before = _kept.set(found)
    try:
        yield found
    finally:
        _kept.reset(before)


def keep(ids: tuple[str, ...], mean: Floats, spread: Floats, scores: Sequence[Floats]) -> None:
    """Remember them if somebody asked to."""
    found = _kept.get()
    if found is not None:
        found.append(Scores(ids, mean, spread, scores))
