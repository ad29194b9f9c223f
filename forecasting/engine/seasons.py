"""Whether a season is really there.

The test of the M4 competition (Makridakis et al. 2020, after Assimakopoulos and Nikolopoulos 2000):
the autocorrelation at the season's lag exceeds 1.645 standard errors by Bartlett's formula. It is
made on first differences, so that a wandering level is not taken for a season.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from forecasting.engine.panel import Floats

LIMIT: Final = 1.645
LEAST_SEASONS: Final = 3


def is_seasonal(column: Floats, season: int) -> bool:
    """Whether a gapless column ``[T]`` repeats itself every ``season`` steps."""
    changes = np.diff(column)
    if season < 2 or len(column) < LEAST_SEASONS * season:
        return False
    changes = changes - changes.mean()
    size = float(changes @ changes)
    if size <= 0:
        return False
    width = 1 << (2 * len(changes) - 1).bit_length()
    spectrum = np.fft.rfft(changes, width)
    correlation = np.fft.irfft(spectrum * spectrum.conj(), width)[: season + 1] / size
    error = np.sqrt((1 + 2 * float(np.sum(correlation[1:season] ** 2))) / len(changes))
    return bool(correlation[season] > LIMIT * error)


def present(columns: Sequence[Floats], seasons: Sequence[int]) -> list[int]:
    """The seasons that most of the columns have."""
    return [
        season
        for season in seasons
        if season > 1 and np.mean([is_seasonal(c, season) for c in columns]) > 0.5
    ]
