"""What may be fitted: a small family by rule from lengths, seasons and horizon alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.many.anchors import Anchor, centre, needs, outcome
from forecasting.engine.many.spaces import Space
from forecasting.engine.panel import Floats

HALF_LIFE: Final = 480
SHORTEST_CYCLE: Final = 4
LONGEST_CYCLE: Final = 24
# Share of the series that must be long enough for a lookback.
SERVED: Final = 0.3
# Products that all fits together may take, and cells of a space's maps that are kept.
MOST_PRODUCTS: Final = 6e12
SOLVING: Final = 3
MOST_CELLS: Final = 60_000_000
MOST_WINDOWS: Final = 3_000
# Windows of all series before the newest cutoff, for every input of the shared map.
LEAST_WINDOWS: Final = 4


@dataclass(frozen=True)
class Core:
    """One set of windows: space, length, and what is subtracted from them.

    Every half-life (0 for equal weights) gives one member.
    """

    space: Space
    lookback: int
    anchor: Anchor
    seasons: tuple[int, ...]
    half_lives: tuple[int, ...] = (0, HALF_LIFE)

    def centre(self) -> Floats:
        """Weights ``[L]`` of the level."""
        return centre(self.anchor, self.lookback, self.seasons[0])

    def outcome(self, horizon: int) -> Floats:
        """Weights ``[L, H]`` of the forecast without learning."""
        return outcome(self.anchor, self.lookback, horizon, self.seasons)


def family(
    lengths: NDArray[np.int64], seasons: tuple[int, ...], horizon: int, fits: int
) -> tuple[Core, ...]:
    """The cores in logarithms for series of these lengths ``[V]``, each fitted ``fits`` times.

    Empty when there are not enough windows. The shortest lookbacks come first; where time or memory
    would run away the longest are left out.
    """
    reach = int(np.quantile(lengths, 1 - SERVED, method="lower"))
    most = max(MOST_CELLS // (len(lengths) * horizon), SHORTEST_CYCLE)
    cores: list[Core] = []
    spent = 0.0
    for lookback in lookbacks(seasons, horizon, min((reach - horizon) // 2, most)):
        anchors = _anchors(seasons, lookback)
        windows = np.clip(lengths - lookback - 2 * horizon, 0, MOST_WINDOWS).sum()
        if windows < LEAST_WINDOWS * lookback:
            break
        products = 2.0 * float(windows) * (lookback + horizon) ** 2
        products += SOLVING * len(lengths) * float(lookback) ** 3
        spent += (len(anchors) + 1) * 2 * fits * products
        if cores and spent > MOST_PRODUCTS:
            break
        cores += [Core("log", lookback, anchor, seasons) for anchor in anchors]
    return tuple(cores)


def lookbacks(seasons: tuple[int, ...], horizon: int, room: int) -> list[int]:
    """Lengths up to ``room``: around the longest cycle that fits, and the horizon's own size.

    A lookback of a cycle and a horizon shows what followed at this place a cycle ago.
    """
    short = seasons[0]
    if short <= 1:
        short = min(max(horizon, SHORTEST_CYCLE), LONGEST_CYCLE)
    fitting = [s for s in seasons if 1 < s <= room] or [short]
    long = fitting[-1]
    wanted = {short, horizon, long, long + min(horizon, long), 2 * long}
    if long > short:
        wanted |= {long + short}
        wanted -= {2 * long}
    return sorted(length for length in wanted if 2 <= length <= room)


def _anchors(seasons: tuple[int, ...], lookback: int) -> list[Anchor]:
    anchors: list[Anchor] = ["last"]
    if len(seasons) == 1:
        anchors.append("mean")
    if 1 < seasons[0] <= lookback:
        anchors.append("season")
    if len(seasons) > 1 and needs("blend", seasons) <= lookback:
        anchors.append("blend")
    return anchors
