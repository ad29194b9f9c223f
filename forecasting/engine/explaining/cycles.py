"""Which cycles a series really has, each tested on what the shorter ones leave.

A daily cycle repeats itself every week as well; only what is left without it can show a week. A
long cycle hardly moves from row to row, so it is also looked for in the means over the shorter one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from forecasting.engine.panel import Floats
from forecasting.engine.seasons import is_seasonal


def cycles(column: Floats, candidates: Sequence[int]) -> tuple[int, ...]:
    """Those of ``candidates`` that a gapless column ``[T]`` has, the shortest first."""
    found: list[int] = []
    for length in sorted(candidates):
        if is_seasonal(column, length) or _in_means(column, length, found):
            found.append(length)
            column = _without(column, length)
    return tuple(found)


def _in_means(column: Floats, length: int, shorter: Sequence[int]) -> bool:
    """Whether the means over the longest shorter cycle that divides this one repeat with it."""
    width = next((s for s in reversed(shorter) if length % s == 0), 0)
    if not width:
        return False
    whole = len(column) // width
    means = column[len(column) - whole * width :].reshape(whole, width).mean(axis=1)
    return is_seasonal(means, length // width)


def _without(column: Floats, length: int) -> Floats:
    """The column less the mean change at every place of the cycle."""
    changes = np.diff(column)
    places = np.arange(len(changes)) % length
    usual = np.bincount(places, changes, length) / np.bincount(places, minlength=length)
    return np.concatenate([[0.0], np.cumsum(changes - usual[places])])
