"""Where the past is cut to choose settings: fit before the cut, score after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.frequency import Frequency

CUTS: Final = ((0.6, 0.8), (0.8, 1.0))
LEAST_WINDOWS: Final = 3
SHORTEST_LOOKBACK: Final = 24


@dataclass(frozen=True, eq=False)
class Fold:
    """Series ``s`` is fitted on rows ``[0, fit_ends[s])``, scored up to ``score_ends[s]``."""

    fit_ends: NDArray[np.int64]
    score_ends: NDArray[np.int64]


def expanding_folds(
    lengths: NDArray[np.int64],
    width: int,
    validation: int = 0,
    cuts: tuple[tuple[float, float], ...] = CUTS,
) -> tuple[Fold, ...]:
    """Folds whose fit parts can hold windows of ``width`` rows in at least one series.

    With ``validation`` rows kept at the end, those are the last fold and the earlier ones are cut
    from what lies before; nothing is ever fitted on them.
    """
    usable = lengths - validation
    folds = [
        Fold((low * usable).astype(np.int64), (high * usable).astype(np.int64))
        for low, high in cuts
    ]
    if validation:
        folds.append(Fold(usable, lengths))
    least = width + LEAST_WINDOWS - 1
    return tuple(
        f for f in folds if f.fit_ends.max() >= least and np.any(f.score_ends > f.fit_ends)
    )


def default_lookback(frequency: Frequency, longest: int) -> int:
    """Two of the longest natural cycles, between 24 and ``longest`` steps."""
    return min(longest, max(SHORTEST_LOOKBACK, 2 * frequency.season_lengths[-1]))


def fold_lookback(length: int, horizon: int, wanted: int, season: int) -> int:
    """The longest sensible lookback of a series of ``length`` rows, at most ``wanted``.

    Half of what the first fold leaves beside the horizon, but a whole season where it fits. Falls
    back to the later fold, then to the whole series, when the first one is too short; 0 when even
    that cannot hold a window.
    """
    for share in (CUTS[0][0], CUTS[1][0], 1.0):
        room = int(share * length) - horizon - LEAST_WINDOWS
        if room >= 1:
            whole_season = season if 1 < season <= room else 1
            return min(wanted, max(room // 2, whole_season, 1))
    return 0
