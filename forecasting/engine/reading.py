"""Tables the command line understands: wide, long, the long form of TFB and the wide one of M4."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from forecasting.engine.errors import BadTimesError, EngineError, gettext_noop
from forecasting.engine.panel import Panel
from forecasting.engine.panel_tables import CovariateColumns

TIME_NAMES: Final = ("date", "ds", "time", "timestamp", "datetime", "日期", "时间")
TFB_COLUMNS: Final = ["date", "data", "cols"]
LONG_COLUMNS: Final = {"unique_id", "ds", "y"}


@dataclass(frozen=True)
class Columns:
    """What the caller says about a table; what is not said is guessed from names and types."""

    time: str = ""
    values: Sequence[str] = ()
    series: str = ""
    known: Sequence[str] = ()
    frequency: str | None = None
    past: Sequence[str] = ()
    static: Sequence[str] = ()

    @property
    def covariates(self) -> CovariateColumns:
        """The columns beside the targets."""
        return {"known": self.known, "past": self.past, "static": self.static}


def read_panel(path: Path, columns: Columns) -> Panel:
    """A panel from a CSV (also compressed) or Parquet file. Raises EngineError with the remedy."""
    frame = _frame(path)
    if list(frame.columns) == TFB_COLUMNS:
        wide = frame.pivot(index="date", columns="cols", values="data")[frame["cols"].unique()]
        frame = wide.reset_index()
    if set(frame.columns) >= LONG_COLUMNS and not columns.series:
        columns = replace(columns, time="ds", values=("y",), series="unique_id")
    time = columns.time or _time_of(frame)
    if not time:
        return _untimed(frame, columns)
    beside = {*columns.known, *columns.past, *columns.static}
    values = list(columns.values) or _numeric(frame, {time, columns.series} | beside)
    if columns.series:
        return Panel.from_long(
            frame, columns.series, time, values, columns.frequency, **columns.covariates
        )
    return Panel.from_wide(frame, time, values, columns.frequency, **columns.covariates)


def read_ragged(path: Path, frequency: str) -> Panel:
    """The wide form of M4: a name, then the values of one series per row, padded with nothing."""
    frame = _frame(path)
    rows = frame.iloc[:, 1:].to_numpy(dtype=np.float64)
    names = frame.iloc[:, 0].astype(str)
    series = {
        name: row[: np.flatnonzero(~np.isnan(row))[-1] + 1]
        for name, row in zip(names, rows, strict=True)
    }
    return Panel.from_arrays(series, frequency=frequency)


def _frame(path: Path) -> pd.DataFrame:
    try:
        return pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)
    except FileNotFoundError:
        raise EngineError(gettext_noop("There is no file %(path)s."), path=path) from None
    except (ValueError, OSError) as problem:
        raise EngineError(
            gettext_noop("%(path)s cannot be read as a table: %(problem)s."),
            path=path,
            problem=str(problem).rstrip("."),
        ) from None


def _time_of(frame: pd.DataFrame) -> str:
    for name in frame.columns:
        if str(name).lower() in TIME_NAMES:
            return str(name)
    first = frame.columns[0]
    if frame[first].dtype == object:
        stamps = pd.to_datetime(frame[first], errors="coerce", format="mixed")
        if stamps.notna().mean() > 0.9:
            return str(first)
    return ""


def _untimed(frame: pd.DataFrame, columns: Columns) -> Panel:
    """Rows without a time stand one step apart, which then has to be named."""
    if columns.frequency is None:
        raise BadTimesError(
            gettext_noop(
                "No column of the table holds times (%(known)s); name it with --time, or say how "
                "far the rows are apart with --frequency."
            ),
            known=", ".join(str(name) for name in frame.columns[:8]),
        )
    values = list(columns.values) or _numeric(frame, set())
    table = frame[values].to_numpy(dtype=np.float64)
    return Panel.from_arrays(table, frequency=columns.frequency, channels=values)


def _numeric(frame: pd.DataFrame, taken: set[str]) -> list[str]:
    names = [
        str(name)
        for name in frame.columns
        if name not in taken and pd.api.types.is_numeric_dtype(frame[name])
    ]
    if not names:
        raise EngineError(gettext_noop("The table has no column of numbers to forecast."))
    return names
