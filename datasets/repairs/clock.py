"""Rows on the clock: the step each row stands on, the rows that are absent, the bins of a step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
from django.utils.translation import gettext
from numpy.typing import NDArray

from datasets.building.finish import FROM, ZONED
from datasets.problems import DatasetProblem
from datasets.repairs.work import SQL_TYPES, Times, Work
from forecasting.engine.calendar_steps import months_after
from forecasting.engine.errors import EngineError
from forecasting.engine.frequency import MONTH_NAMES, WEEKDAYS, Frequency, infer

Places = NDArray[np.int64]
# More absent rows than this for each row that is there are no gaps any more.
_MOST_ADDED, _FREE = 10, 10_000
_LOOKED_AT = 100_000
_EARLIEST, _LATEST = np.datetime64("1678-01-01", "us"), np.datetime64("2262-01-01", "us")


@dataclass(frozen=True)
class Stretch:
    """One series: its name, its rows and the steps they stand on."""

    series: str
    first: int
    last: int
    places: Places

    @property
    def rows(self) -> slice:
        """Its rows in the whole table."""
        return slice(self.first, self.last)

    @property
    def steps(self) -> int:
        """How many steps it spans."""
        return int(self.places[-1]) + 1 if len(self.places) else 0


def settle(work: Work) -> Frequency:
    """The frequency of the rows as they are now. Raises DatasetProblem when there is none."""
    if work.frequency is None and work.time:
        times = work.times()[:_LOOKED_AT]
        try:
            work.frequency = infer(
                pd.DatetimeIndex(times[~np.isnat(times)].astype("datetime64[ns]"))
            )
        except (EngineError, pd.errors.OutOfBoundsDatetime):
            work.frequency = None
    if work.frequency is None:
        raise DatasetProblem(
            gettext("The times follow no regular step. Put a resampling step before this one."),
            code="no_frequency",
        )
    return work.frequency


def stretches(work: Work) -> list[Stretch]:
    """Every series with the steps of its rows; row numbers where times follow no step."""
    spans = work.spans()
    if work.frequency is None or not work.time:
        return [Stretch(s, a, b, np.arange(b - a, dtype=np.int64)) for s, a, b in spans]
    times = work.times()
    return [Stretch(s, a, b, _places(work.frequency, times[a:b])) for s, a, b in spans if b > a]


def _places(frequency: Frequency, times: Times) -> Places:
    rows = np.arange(len(times), dtype=np.int64)
    if not len(times) or not (times[0] > _EARLIEST and times[-1] < _LATEST):
        return rows
    places, _ = frequency.positions(times[:1], times)
    if np.any(np.diff(places) <= 0) or places[-1] > _MOST_ADDED * len(times) + _FREE:
        return rows
    return places


def add_missing_rows(work: Work) -> int:
    """Add a row, empty but for time and series, for every step that has none."""
    frequency = settle(work)
    times, added = work.times(), []
    for series, first, last in work.spans():
        here = times[first:last]
        if len(here) < 2:
            continue
        places, on_grid = frequency.positions(here[:1], here)
        if not on_grid.all():
            raise DatasetProblem(
                gettext(
                    "Rows stand between the usual times, first at %(time)s. Put a resampling step "
                    "before this one."
                )
                % {"time": str(here[~on_grid][0].astype("datetime64[s]")).replace("T", " ")},
                code="off_grid",
            )
        absent = _absent(places)
        if len(absent):
            added.append((series, frequency.at(here[:1], absent)))
    total = sum(len(new) for _, new in added)
    if total > _MOST_ADDED * len(times) + _FREE:
        raise DatasetProblem(
            gettext("%(count)s rows would have to be added to %(rows)s. Resample to a longer step.")
            % {"count": f"{total:,}", "rows": f"{len(times):,}"},
            code="too_sparse",
        )
    if total:
        _insert(work, added)
    return total


def _absent(places: Places) -> Places:
    there = np.zeros(int(places[-1]) + 1, dtype=bool)
    there[places] = True
    return np.flatnonzero(~there).astype(np.int64)


def _insert(work: Work, added: list[tuple[str, Times]]) -> None:
    table: dict[str, pa.Array] = {
        work.time: pa.array(np.concatenate([new.astype("datetime64[us]") for _, new in added]))
    }
    if work.series:
        names = [name for name, new in added for _ in range(len(new))]
        table[work.series] = pa.array(names, type=pa.string())
    work.connection.register("added", pa.table(table))
    chosen = ", ".join(
        column.key
        if column.key in table
        else f"CAST(NULL AS {SQL_TYPES[column.kind]}) AS {column.key}"
        for column in work.columns
    )
    keys = ", ".join(column.key for column in work.columns)
    work.become(
        f"SELECT * FROM (SELECT {keys}, {ZONED}, {FROM} FROM {{table}} UNION ALL "  # noqa: S608
        f"SELECT {chosen}, (SELECT coalesce(bool_or({ZONED}), false) FROM {{table}}), NULL "
        f"FROM added) ORDER BY {work.order}"
    )
    work.connection.unregister("added")


def bins(frequency: Frequency, times: Times) -> Times:
    """The step each time falls into, named by its own time (month ends name the month before)."""
    if not frequency.step_nanoseconds:
        return _calendar_bins(frequency, times)
    origin = np.datetime64("1970-01-01", "us")
    if frequency.unit == "W":
        # 1 January 1970 was a Thursday.
        origin += np.timedelta64((WEEKDAYS.index(frequency.anchor) - 3) % 7, "D")
    step = max(frequency.step_nanoseconds // 1000, 1)
    since = (times - origin).astype(np.int64)
    found: Times = origin + (since // step * step).astype("timedelta64[us]")
    return found


def _calendar_bins(frequency: Frequency, times: Times) -> Times:
    if frequency.unit == "B":
        days = np.busday_offset(times.astype("datetime64[D]"), 0, roll="backward")
        epoch = np.datetime64("1970-01-01", "D")
        count = np.busday_count(epoch, days) // frequency.multiple * frequency.multiple
        found: Times = np.busday_offset(epoch, count, roll="forward").astype("datetime64[us]")
        return found
    step = frequency.step_months
    is_end = frequency.edge in {"end", "bend"}
    anchor = MONTH_NAMES.index(frequency.anchor) if frequency.anchor else 0
    shift = (anchor + 1 if is_end else anchor) % step if step > 1 else 0
    months = times.astype("datetime64[M]").astype(np.int64) - shift
    first = months // step * step + shift + (step - 1 if is_end else 0)
    start = np.array(["1970-01-01"], dtype="datetime64[ns]")
    return months_after(start, first, frequency.edge).astype("datetime64[us]")
