"""As many points of a long line as a screen can show, none of its peaks lost."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final, TypeVar

import numpy as np

# Two points for each of 1,000 pixels.
MOST_DRAWN: Final = 2_000
Value = TypeVar("Value")


def places(values: Sequence[float | None], most: int = MOST_DRAWN) -> list[int] | None:
    """The places of the lowest and the highest value of every stretch, of a gap in it, and both
    ends; None for all of them.
    """
    count = len(values)
    if count <= most:
        return None
    line = np.array([np.nan if value is None else value for value in values], dtype=float)
    edges = np.linspace(0, count, most // 2 + 1).astype(int)
    found = {0, count - 1}
    for start, end in pairwise(edges.tolist()):
        part = line[start:end]
        if np.isnan(part).any():
            found.add(int(start + np.argmax(np.isnan(part))))
        if not np.isnan(part).all():
            found |= {int(start + np.nanargmin(part)), int(start + np.nanargmax(part))}
    return sorted(found)


def kept(values: Sequence[Value], at: list[int] | None) -> list[Value]:
    """Those at these places."""
    return list(values) if at is None else [values[place] for place in at]
