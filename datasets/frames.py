"""The only reader of stored versions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from django.utils.translation import gettext

from datasets import storage
from datasets.building.duck import parquet
from datasets.building.readers import reader
from datasets.models import Column, Version
from datasets.problems import DatasetProblem
from forecasting.engine.panel import Panel
from forecasting.engine.panel_tables import CovariateColumns

_FIRST, _LAST = pd.Timestamp.min, pd.Timestamp.max


def read_frame(version: Version, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Rows sorted by series and time, columns under the names that people see.

    `columns` (names or keys) chooses some. Times are datetime64 without zone; numbers float64
    with NaN for missing; text and categories are objects. Raises DatasetProblem for a column
    that does not exist.
    """
    chosen = list(version.columns.all()) if columns is None else _choose(version, columns)
    wanted = ", ".join(_selected(column) for column in chosen) or "NULL"
    table = parquet(storage.local_copy(version.file_key))
    with reader() as connection:
        arrays = connection.execute(f"SELECT {wanted} FROM {table}").fetchnumpy()  # noqa: S608
    data = {column.key: _as_series(column, arrays[column.key]) for column in chosen}
    frame = pd.DataFrame(data, columns=[column.key for column in chosen])
    frame.columns = pd.Index([column.name for column in chosen])
    return frame


def read_panel(
    version: Version,
    targets: Sequence[str] | None = None,
    *,
    known: Sequence[str] = (),
    past: Sequence[str] = (),
) -> Panel:
    """The value columns as a Panel: channels of one series when wide, one channel a series long.

    `targets` (names or keys) chooses value columns; without it all of them. `known` and `past`
    are covariates; with any, rows at the end without a target are the future. Rows without a time
    are left out (they are counted in the profile). Raises DatasetProblem without a time column,
    EngineError naming series and row when the times are repeated or irregular.
    """
    time = version.time
    if time is None:
        raise DatasetProblem(
            gettext(
                "%(name)s has no column of dates or times, which a forecast needs. Add one and "
                "upload the file again."
            )
            % {"name": version.dataset.name},
            code="no_time",
        )
    values = version.value_columns() if targets is None else _choose(version, targets)
    _require_numbers(version, values)
    beside = {"known": _choose(version, known), "past": _choose(version, past)}
    for columns in beside.values():
        _require_numbers(version, columns, optional=True)
    names = [column.name for column in values]
    covariates: CovariateColumns = {
        "known": [column.name for column in beside["known"]],
        "past": [column.name for column in beside["past"]],
    }
    chosen = dict.fromkeys(column.key for column in (*values, *beside["known"], *beside["past"]))
    step = version.frequency or None
    if version.layout == Version.Layout.LONG:
        series = version.column(version.series_column)
        frame = read_frame(version, [series.key, time.key, *chosen])
        frame = frame.dropna(subset=[time.name, series.name])
        return Panel.from_long(frame, series.name, time.name, names, step, **covariates)
    frame = read_frame(version, [time.key, *chosen])
    frame = frame.dropna(subset=[time.name])
    return Panel.from_wide(frame, time.name, names, step, **covariates)


def last_times(version: Version, columns: Sequence[str]) -> pd.DataFrame:
    """The last time at which each of these number columns (keys) holds a value; NaT without any.

    One row a series, one row in all when the table is wide; columns are the keys.
    """
    time = version.column(version.time_column).key
    wanted = ", ".join(
        f"max({time}) FILTER (WHERE {column.key} IS NOT NULL AND NOT isnan({column.key})) "
        f"AS {column.key}"
        for column in _choose(version, columns)
    )
    grouped = f"GROUP BY {version.series_column}" if version.series_column else ""
    table = parquet(storage.local_copy(version.file_key))
    with reader() as connection:
        arrays = connection.execute(f"SELECT {wanted} FROM {table} {grouped}").fetchnumpy()  # noqa: S608
    return pd.DataFrame({name: _as_times(array) for name, array in arrays.items()})


def holes(
    version: Version, columns: Sequence[str], targets: Sequence[str], until: pd.Timestamp
) -> dict[str, int]:
    """Empty cells of each of these number columns (keys) in rows that a forecast learns from."""
    time = version.column(version.time_column).key
    filled = [
        f"({one.key} IS NOT NULL AND NOT isnan({one.key}))" for one in _choose(version, targets)
    ]
    rows = f"({' OR '.join(filled)})" if version.series_column else f"{time} <= ?"
    wanted = ", ".join(
        f"count(*) FILTER (WHERE {rows} AND ({one.key} IS NULL OR isnan({one.key})))"
        for one in _choose(version, columns)
    )
    given = [] if version.series_column else [until.to_pydatetime()] * len(columns)
    table = parquet(storage.local_copy(version.file_key))
    with reader() as connection:
        found = connection.execute(f"SELECT {wanted} FROM {table}", given).fetchone() or ()  # noqa: S608
    return dict(zip(columns, (int(count) for count in found), strict=True))


def _choose(version: Version, wanted: Sequence[str]) -> list[Column]:
    known = {column.key: column for column in version.columns.all()}
    # A name wins over a key: a file may well have a column called c1.
    known |= {column.name: column for column in version.columns.all()}
    missing = [name for name in wanted if name not in known]
    if missing:
        raise DatasetProblem(
            gettext("%(name)s has no column %(column)s. It has %(known)s.")
            % {
                "name": version.dataset.name,
                "column": missing[0],
                "known": ", ".join(column.name for column in version.columns.all()[:10]),
            },
            code="unknown_column",
            field="column",
        )
    return [known[name] for name in wanted]


def _require_numbers(version: Version, values: Sequence[Column], *, optional: bool = False) -> None:
    words = [column.name for column in values if not column.is_number]
    if words or not (values or optional):
        raise DatasetProblem(
            gettext("%(column)s holds no numbers. Choose a column of numbers to forecast.")
            % {"column": words[0] if words else version.dataset.name},
            code="no_numbers",
            field="target",
        )


def _selected(column: Column) -> str:
    if column.is_number:
        return f"coalesce({column.key}, 'nan'::DOUBLE) AS {column.key}"
    return column.key


def _as_series(column: Column, array: Any) -> pd.Series[Any]:
    if column.is_number:
        return pd.Series(np.asarray(array, dtype=np.float64))
    if column.type == Column.Type.DATETIME:
        return _as_times(array)
    cells = np.ma.getdata(array).astype(object)
    cells[np.ma.getmaskarray(array)] = None
    return pd.Series(cells, dtype=object)


def _as_times(array: Any) -> pd.Series[Any]:
    """Nanoseconds when every time fits (1677 to 2262), else microseconds."""
    times = pd.Series(np.ma.filled(np.ma.asarray(array), np.datetime64("NaT")))
    times = times.astype("datetime64[us]")
    if times.isna().all() or (times.min() > _FIRST and times.max() < _LAST):
        return times.astype("datetime64[ns]")
    return times
