"""Cycles that the data may have: those of the calendar, and whether they are really there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from datasets.models import Column, Version
from datasets.pyramid import range_data
from forecasting import spans
from forecasting.choosing.reach import reach_of
from forecasting.choosing.remembering import Kept
from forecasting.engine.frequency import Frequency
from forecasting.engine.missing import fill
from forecasting.engine.panel import Floats
from forecasting.engine.seasons import is_seasonal

# Rows looked at: so many cycles of the longest season tell.
CYCLES: Final = 8
LEAST_ROWS: Final = 2_000
# As many as are read without thinning them.
MOST_ROWS: Final = 8_000


@dataclass(frozen=True)
class Cycle:
    """A season of `steps`, "1 week"; `found` says whether the newest rows show it."""

    steps: int
    words: str
    found: bool


def cycles_of(version: Version, column: Column, series: str | None) -> list[Cycle]:
    """The cycles of the calendar that fit into the history, and which are there."""
    frequency = Frequency.parse(version.frequency)
    candidates = tuple(one for one in frequency.season_lengths if one > 1)
    present = _present(Kept(version), column.key, series, candidates)
    return [
        Cycle(steps, spans.span_words(steps, frequency), steps in present) for steps in candidates
    ]


@lru_cache(maxsize=512)
def _present(
    kept: Kept, column: str, series: str | None, candidates: tuple[int, ...]
) -> frozenset[int]:
    rows = min(MOST_ROWS, max([LEAST_ROWS, *(CYCLES * steps for steps in candidates)]))
    values = _newest(kept.version, column, series, rows)
    return frozenset(steps for steps in candidates if is_seasonal(values, steps))


def _newest(version: Version, column: str, series: str | None, rows: int) -> Floats:
    """The newest values of one column, gaps closed."""
    frequency = Frequency.parse(version.frequency)
    end = reach_of(version, [version.column(column)]).end
    found = range_data(
        version,
        column,
        series=series,
        start=frequency.add(end, -rows).to_pydatetime(),
        end=end.to_pydatetime(),
        width=MOST_ROWS // 2,
    )
    values = np.asarray(found.y, dtype=np.float64)
    return values[:0] if np.isnan(values).all() else fill(values)
