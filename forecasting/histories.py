"""What a series was before its forecast, read from its dataset."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from datasets.models import Version
from datasets.pyramid import Range, range_data
from forecasting.engine.frequency import Frequency
from forecasting.figures import Points
from forecasting.results import (
    HISTORY_SPANS,
    LEAST_HISTORY,
    MOST_HISTORY,
    Line,
    floats,
    iso,
)

# A column of a version, and the name of the series in it where it is long.
Source = tuple[str, str | None]


def before(version: Version, source: Source, answer: Line | None, frequency: Frequency) -> Points:
    """The last values before an answer, one a step; a step without a row is None."""
    if answer is None or not source[0]:
        return [], []
    wanted = int(np.clip(HISTORY_SPANS * len(answer.times), LEAST_HISTORY, MOST_HISTORY))
    first = pd.Timestamp(answer.times[0])
    return steps_between(version, source, frequency, frequency.add(first, -wanted), wanted)


def steps_between(
    version: Version, source: Source, frequency: Frequency, start: pd.Timestamp, count: int
) -> Points:
    """`count` steps from `start` on; those before the first row are left out."""
    grid = frequency.range(start, count)
    found = _read(version, source, grid[0], grid[-1], width=count)
    values = np.full(count, np.nan)
    if len(found.x):
        places, fits = frequency.positions(
            np.full(len(found.x), grid[:1].to_numpy()[0]), found.x.astype("datetime64[ns]")
        )
        fits &= (places >= 0) & (places < count)
        values[places[fits]] = found.y[fits]
    known = np.flatnonzero(~np.isnan(values))
    begins = int(known[0]) if len(known) else count
    return iso(grid.to_numpy()[begins:]), floats(values[begins:])


def between(version: Version, source: Source, first: str, last: str) -> Points:
    """The rows between two times, thinned to what a chart can show."""
    ends = pd.Timestamp(first), pd.Timestamp(last)
    data = _read(version, source, *ends, width=1200).json()
    return data["x"], data["y"]


def whole(version: Version, source: Source) -> Points | None:
    """All of it, thinned to what a chart can show; None where the column is not known."""
    if not source[0]:
        return None
    data = range_data(version, source[0], series=source[1], width=1200).json()
    return data["x"], data["y"]


def _read(version: Version, source: Source, start: Any, end: Any, width: int) -> Range:
    return range_data(
        version,
        source[0],
        series=source[1],
        start=start.to_pydatetime(),
        end=end.to_pydatetime(),
        width=width,
    )
