"""Which members a stack has: rules from length, season and horizon, never from a name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

LAST: Final = "last"
MEAN: Final = "mean"
# The newest inputs stay single values; older ones are averaged in groups.
RAW_LAGS: Final = 336
LADDER: Final = ((96, LAST), (336, LAST), (336, MEAN), (720, LAST), (1440, LAST), (1440, MEAN))
FAST_LADDER: Final = ((96, LAST), (336, MEAN), (720, LAST), (1440, LAST))
MORE: Final = ((168, LAST), (512, LAST), (96, MEAN), (720, MEAN))
POOLS: Final = (8, 4, 2, 1)
LEAST_GROUPS: Final = 88
# A lookback and the horizon take at most this share of the rows of the first fold.
LARGEST_SHARE: Final = 0.7
SHORTEST_LOOKBACK: Final = 4


@dataclass(frozen=True, order=True)
class Member:
    """One ridge: ``lookback`` steps, the anchor that is subtracted, and how old lags are pooled."""

    lookback: int
    anchor: str
    pool: int = 1

    @property
    def inputs(self) -> int:
        """Features of one window."""
        return min(self.lookback, RAW_LAGS) + max(0, self.lookback - RAW_LAGS) // self.pool


def members(first_fold_rows: int, horizon: int, season: int, preset: str) -> tuple[Member, ...]:
    """The ridges to stack, widest last; empty when not even the shortest fits."""
    room = int(LARGEST_SHARE * first_fold_rows) - horizon
    ladder = FAST_LADDER if preset == "fast" else LADDER
    if preset == "thorough":
        ladder = (*ladder, *MORE)
    chosen = [rung for rung in ladder if rung[0] <= room]
    if len(chosen) < 3:
        chosen = _seasonal(room, season)
    return tuple(sorted({Member(rung[0], rung[1], pool_of(rung[0])) for rung in chosen}))


def pool_of(lookback: int) -> int:
    """How many old lags are averaged into one: as many as keep about 140 of them."""
    older = lookback - RAW_LAGS
    if older <= 0:
        return 1
    fitting = [w for w in POOLS if older % w == 0 and older // w >= LEAST_GROUPS]
    return max(fitting, default=1)


def _seasonal(room: int, season: int) -> list[tuple[int, str]]:
    """One, one and a half and two seasons; without a season that fits, parts of the room."""
    if room < SHORTEST_LOOKBACK:
        return []
    unit = season if SHORTEST_LOOKBACK <= season <= room else max(SHORTEST_LOOKBACK, room // 4)
    lengths = [n for n in (unit, unit * 3 // 2, unit * 2) if n <= room]
    return [*((n, LAST) for n in lengths), (lengths[-1], MEAN)]
