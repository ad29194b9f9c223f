"""From a table in any order to regular arrays; every refusal names series, row and remedy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.engine.calendar_steps import Steps, Times
from forecasting.engine.errors import (
    BadTimesError,
    BadValuesError,
    DuplicateTimesError,
    EngineError,
    IrregularTimesError,
    TooShortError,
    gettext_noop,
)
from forecasting.engine.frequency import Frequency, infer

# A grid this many times longer than the rows it holds is a wrong date, not a series with gaps.
MOST_GRID_PER_ROW: Final = 50
SMALL_GRID: Final = 10_000

Read = tuple[Frequency, Times, NDArray[np.float64], NDArray[np.int64]]


def read(
    frame: pd.DataFrame,
    codes: NDArray[np.int64],
    ids: tuple[str, ...],
    time: str,
    columns: Sequence[str],
    frequency: str | Frequency | None,
) -> Read:
    """Frequency, starts ``[S]``, values ``[N, C]`` and indptr ``[S + 1]`` of a table.

    ``codes`` says for each row which of ``ids`` it belongs to.
    """
    require_columns(frame, [time, *columns])
    if not len(frame):
        raise TooShortError(gettext_noop("The table has no rows."))
    times = read_times(frame[time], time)
    values = _read_values(frame, columns)
    order = np.lexsort((times, codes))
    codes, times, values = codes[order], times[order], values[order]
    firsts = np.flatnonzero(np.diff(codes, prepend=-1))
    _refuse_duplicates(codes, times, order, ids)
    found = Frequency.parse(frequency) if frequency is not None else _common(times, firsts)
    found = found.settled(times)
    positions, on_grid = found.positions(times[firsts][codes], times)
    if not on_grid.all():
        raise _off_grid(
            int(np.argmin(on_grid)), found, times, order, ids[codes[np.argmin(on_grid)]]
        )
    return found, times[firsts].copy(), *_scatter(codes, positions, values, len(ids), ids)


def require_columns(frame: pd.DataFrame, columns: Sequence[str]) -> None:
    """Raise EngineError naming the first column that the table lacks."""
    for column in columns:
        if column not in frame.columns:
            raise EngineError(
                gettext_noop("The table has no column %(column)s; it has %(known)s."),
                column=column,
                known=", ".join(str(name) for name in frame.columns[:10]),
            )


def read_times(column: pd.Series[Any], name: str) -> Times:
    """A column as time stamps without zone.

    Times with a zone keep their wall clock when all are midnight, otherwise they become UTC, in
    which a day always has 24 hours.
    """
    if pd.api.types.is_numeric_dtype(column.dtype):
        raise BadTimesError(
            gettext_noop(
                "The time column %(column)s holds numbers, not dates; choose another one."
            ),
            column=name,
        )
    stamps = pd.Series(pd.to_datetime(column, errors="coerce", format=None)).reset_index(drop=True)
    if stamps.isna().any():
        row = int(stamps.isna().to_numpy().argmax())
        raise BadTimesError(
            gettext_noop(
                'Row %(row)s: "%(value)s" in %(column)s is not a time; correct or remove the row.'
            ),
            row=row + 1,
            value=column.iloc[row],
            column=name,
        )
    index = pd.DatetimeIndex(stamps)
    if index.tz is not None:
        local = index.tz_localize(None)
        daily = bool((local == local.normalize()).all())
        index = local if daily else index.tz_convert("UTC").tz_localize(None)
    return index.to_numpy(dtype="datetime64[ns]")


def _read_values(frame: pd.DataFrame, columns: Sequence[str]) -> NDArray[np.float64]:
    table = np.empty((len(frame), len(columns)), dtype=np.float64)
    for place, column in enumerate(columns):
        numbers = pd.to_numeric(frame[column], errors="coerce")
        wrong = numbers.isna() & frame[column].notna()
        if wrong.any():
            row = int(wrong.to_numpy().argmax())
            raise BadValuesError(
                gettext_noop(
                    'Row %(row)s: "%(value)s" in %(column)s is not a number; '
                    "correct it or leave it empty."
                ),
                row=row + 1,
                value=frame[column].iloc[row],
                column=column,
            )
        table[:, place] = numbers.to_numpy(dtype=np.float64, na_value=np.nan)
    return table


def _refuse_duplicates(
    codes: NDArray[np.int64], times: Times, order: NDArray[np.int64], ids: tuple[str, ...]
) -> None:
    twice = np.flatnonzero((np.diff(codes) == 0) & (np.diff(times) == np.timedelta64(0)))
    if len(twice):
        row = int(twice[0]) + 1
        raise DuplicateTimesError(
            gettext_noop(
                "Series %(series)s holds %(time)s twice (rows %(first)s and %(second)s); remove "
                "one row, add them up, or name the column that tells the series apart."
            ),
            series=ids[codes[row]],
            time=pd.Timestamp(times[row]),
            first=int(order[row - 1]) + 1,
            second=int(order[row]) + 1,
        )


def _common(times: Times, firsts: NDArray[np.int64]) -> Frequency:
    """The frequency of the longest series; all others are held against it."""
    bounds = np.append(firsts, len(times))
    longest = int(np.diff(bounds).argmax())
    return infer(times[bounds[longest] : bounds[longest + 1]])


def _off_grid(
    row: int, frequency: Frequency, times: Times, order: NDArray[np.int64], series: str
) -> IrregularTimesError:
    return IrregularTimesError(
        gettext_noop(
            "Series %(series)s: %(time)s in row %(row)s is not on the %(frequency)s grid that "
            "the other rows follow; correct the time, or resample the table to a fixed frequency."
        ),
        series=series,
        time=pd.Timestamp(times[row]),
        row=int(order[row]) + 1,
        frequency=frequency.alias,
    )


def _scatter(
    codes: NDArray[np.int64],
    positions: Steps,
    values: NDArray[np.float64],
    count: int,
    ids: tuple[str, ...],
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    lengths = np.zeros(count, dtype=np.int64)
    np.maximum.at(lengths, codes, positions + 1)
    rows = np.bincount(codes, minlength=count)
    sparse = lengths > np.maximum(SMALL_GRID, MOST_GRID_PER_ROW * rows)
    if sparse.any():
        series = int(sparse.argmax())
        raise IrregularTimesError(
            gettext_noop(
                "Series %(series)s has %(rows)s rows spread over %(steps)s steps; check for a "
                "wrong date, or name a coarser frequency."
            ),
            series=ids[series],
            rows=int(rows[series]),
            steps=int(lengths[series]),
        )
    indptr = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    table = np.full((int(indptr[-1]), values.shape[1]), np.nan)
    table[indptr[codes] + positions] = values
    return table, indptr
