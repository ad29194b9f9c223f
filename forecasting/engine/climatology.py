"""The mean of the same place in the calendar, the meteorologist's yardstick.

A place is the time of day on that weekday for data within the day, the weekday for days, the week
of the year for weeks, the month for months and the quarter for quarters. Where no row stood in a
place yet, the time of day on any weekday stands in, then the hour, then the mean of all rows.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.baseline_settings import NoSettings
from forecasting.engine.baselines import Baseline
from forecasting.engine.calendar_steps import DAY, Times
from forecasting.engine.equal_length import Block
from forecasting.engine.frequency import Frequency
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.watch import Watch

HOUR: Final = np.timedelta64(1, "h")
Places = NDArray[np.int64]


class Climatology(Baseline):
    """Forecasts the mean of all earlier rows in the same place of the calendar."""

    name = "climatology"
    settings_type = NoSettings
    follows_calendar: ClassVar[bool] = True

    def _fit(self, panel: Panel, horizon: int, watch: Watch, checkpoint: Path | None) -> None:
        super()._fit(panel, horizon, watch, checkpoint)
        self.lookback_ = int(panel.lengths.max())

    def _from(self, block: Block, origins: NDArray[np.int64], horizon: int) -> Floats:
        rows = block.columns.shape[1]
        level = block.columns[:, :1]
        columns = block.columns - level
        steps = origins[:, None] + np.arange(horizon)
        forecasts = np.zeros((len(columns), *steps.shape))
        open_ = np.ones(steps.shape, dtype=np.bool_)
        for place in places(block.times(rows + horizon), block.frequency):
            total, count = _earlier(columns, place, origins[:, None], place[steps])
            found = open_ & (count > 0)
            forecasts[:, found] = total[:, found] / count[found]
            open_ &= ~found
        return forecasts + level[:, :, None]


def places(times: Times, frequency: Frequency) -> list[Places]:
    """Numbers of the place of every time ``[T]``, the narrowest kind of place first."""
    days = times.astype("datetime64[D]")
    weekday = (days.astype(np.int64) + 3) % 7
    months = times.astype("datetime64[M]").astype(np.int64) % 12
    everywhere = np.zeros(len(times), dtype=np.int64)
    if frequency.unit in {"M", "Q"}:
        return [months, everywhere]
    if frequency.unit == "W":
        return [_week(days), months, everywhere]
    if frequency.unit in {"D", "B", "Y"}:
        return [weekday if frequency.unit != "Y" else everywhere, everywhere]
    clock = times - days
    moment = clock.astype("timedelta64[ns]").astype(np.int64)
    hour = (clock // HOUR).astype(np.int64)
    return [moment * 7 + weekday, moment, hour, everywhere]


def _week(days: Times) -> Places:
    """Week of the year, 0 to 52, counted in sevens from 1 January."""
    january: Times = days.astype("datetime64[Y]").astype("datetime64[D]")
    week: Places = ((days - january) // DAY).astype(np.int64) // 7
    return week


def _earlier(
    columns: Floats, place: Places, origins: NDArray[np.int64], wanted: Places
) -> tuple[Floats, NDArray[np.int64]]:
    """Sum ``[V, n, H]`` and count ``[n, H]`` of the rows before each origin in its place.

    Rows sorted by place and time make both a difference of two running sums.
    """
    rows = columns.shape[1]
    known, numbers = np.unique(place, return_inverse=True)
    sought = np.searchsorted(known, wanted)
    keys = numbers.ravel()[:rows] * rows + np.arange(rows)
    order = np.argsort(keys)
    sums = np.cumsum(columns[:, order], axis=1)
    sums = np.concatenate([np.zeros((len(columns), 1)), sums], axis=1)
    first = np.searchsorted(keys[order], sought * rows)
    last = np.searchsorted(keys[order], sought * rows + np.minimum(origins, rows))
    return sums[:, last] - sums[:, first], last - first
