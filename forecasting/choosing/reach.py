"""How far the data reach: the last row of the targets, and what is known beyond it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import pandas as pd

from datasets.frames import holes, last_times
from datasets.models import Column, Version
from forecasting.choosing.remembering import Kept
from forecasting.engine.frequency import Frequency

REMEMBERED: Final = 256


@dataclass(frozen=True)
class Reach:
    """`end` is the last time with a target. `ahead` says for how many steps after it a column is
    known in every series, below 0 where it ends before the targets do; `empty` how many of its
    cells are missing in the rows up to there.
    """

    end: pd.Timestamp
    ahead: dict[str, int]
    empty: dict[str, int]

    def known(self, key: str, horizon: int) -> bool:
        """Is the column known for the whole horizon?"""
        return self.ahead.get(key, 0) >= horizon


def reach_of(version: Version, targets: Sequence[Column], others: Sequence[Column] = ()) -> Reach:
    """Where the targets end and how far the other columns reach beyond that.

    Read from the profile where no target misses a cell, else from the file, once.
    """
    end = pd.Timestamp(str(version.profile["end"])).tz_localize(None)
    ends_with_rows = not targets or any(not column.missing for column in targets)
    if ends_with_rows and not any(column.missing for column in others):
        zeros = {column.key: 0 for column in others}
        return Reach(end, zeros, dict(zeros))
    keys = tuple(column.key for column in targets)
    wanted = tuple(column.key for column in others)
    return _read(Kept(version), keys, wanted)


@lru_cache(maxsize=REMEMBERED)
def _read(known: Kept, targets: tuple[str, ...], others: tuple[str, ...]) -> Reach:
    version = known.version
    frequency = Frequency.parse(version.frequency)
    found = last_times(version, [*targets, *others])
    ends = found[list(targets)].max(axis=1)
    held = ends.notna()
    last = ends[held]
    ahead = {}
    for key in others:
        reached = found.loc[held, key]
        if reached.isna().any() or not len(reached):
            ahead[key] = -version.row_count
            continue
        steps, _ = frequency.positions(
            last.to_numpy("datetime64[ns]"), reached.to_numpy("datetime64[ns]")
        )
        ahead[key] = int(steps.min())
    end = pd.Timestamp(last.max())
    return Reach(end, ahead, holes(version, others, targets, end) if others else {})
