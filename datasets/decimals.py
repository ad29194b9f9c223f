"""How many decimals numbers that stand together share."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, Final

import numpy as np

SIGNIFICANT: Final = 4
# Fewer digits than these decimals hold, or more than a whole number can carry: no common form.
_SMALLEST, _LARGEST = 1e-4, 1e15


def decimals_of(values: np.ndarray) -> int:
    """Decimals for a whole table: four significant digits of its largest number."""
    size = float(np.nanmax(np.abs(values), initial=0.0))
    if not size:
        return 0
    return int(np.clip(SIGNIFICANT - 1 - math.floor(math.log10(size)), 0, 8))


def common_decimals(values: Iterable[Any]) -> int | None:
    """Decimals for a few numbers side by side, no more than any of them fills.

    None when they are so small or so large that each has to speak for itself.
    """
    known = [float(value) for value in values if value is not None and math.isfinite(value)]
    size = max((abs(value) for value in known), default=0.0)
    if size and not _SMALLEST <= size < _LARGEST:
        return None
    places = decimals_of(np.array(known))
    texts = [f"{value:.{places}f}" for value in known]
    if not places:
        return 0
    return max((len(text.rstrip("0").partition(".")[2]) for text in texts), default=0)
