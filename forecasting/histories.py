"""What a series was before its forecast, read from its dataset."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

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

CHART_WIDTH: Final = 1200


class Past(Protocol):
    """Where the past of one series comes from."""

    def between(self, start: datetime | None, end: datetime | None, width: int) -> Range:
        """Its points between two times, at most about two for each of `width` pixels."""


@dataclass(frozen=True)
class ColumnPast:
    """A column of a version; `series` names the series in it where it is long."""

    version: Version
    column: str
    series: str | None

    def between(self, start: datetime | None, end: datetime | None, width: int) -> Range:
        """Read from its dataset."""
        return range_data(
            self.version, self.column, series=self.series, start=start, end=end, width=width
        )


def before(past: Past | None, answer: Line | None, frequency: Frequency) -> Points:
    """The last values before an answer, one a step; a step without a row is None."""
    if answer is None or past is None:
        return [], []
    wanted = int(np.clip(HISTORY_SPANS * len(answer.times), LEAST_HISTORY, MOST_HISTORY))
    first = pd.Timestamp(answer.times[0])
    return steps_between(past, frequency, frequency.add(first, -wanted), wanted)


def steps_between(past: Past, frequency: Frequency, start: pd.Timestamp, count: int) -> Points:
    """`count` steps from `start` on; those before the first row are left out."""
    grid = frequency.range(start, count)
    found = past.between(grid[0].to_pydatetime(), grid[-1].to_pydatetime(), count)
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


def drawn_between(past: Past, first: str, last: str) -> Points:
    """The rows between two times, thinned to what a chart can show."""
    start, end = pd.Timestamp(first).to_pydatetime(), pd.Timestamp(last).to_pydatetime()
    return _points(past.between(start, end, CHART_WIDTH))


def whole(past: Past) -> Points:
    """All of it, thinned to what a chart can show."""
    return _points(past.between(None, None, CHART_WIDTH))


def _points(found: Range) -> Points:
    data = found.json()
    return data["x"], data["y"]
