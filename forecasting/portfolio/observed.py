"""What the series of a forecast were before it, for all of them in one query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from datasets import storage
from datasets.building.duck import literal, parquet
from datasets.building.readers import reader
from datasets.pyramid import Range, thinned
from forecasting.engine.frequency import Frequency
from forecasting.engine.hierarchy.structure import BOTTOM
from forecasting.models import PredictionTask
from forecasting.portfolio import levels

Times = NDArray[Any]


def rows_sql(task: PredictionTask) -> str:
    """`unique_id, ds, y` of every series of the forecast, from the version it was made with.

    A total is that of its series at the same time, and unknown where one of them is.
    """
    version = task.version
    keys, names = task.asked("targets", []), task.asked("names", [])
    table = parquet(storage.local_copy(version.file_key))
    time = version.column(version.time_column).key
    parts = []
    for key, name in zip(keys, names, strict=True):
        column, label = version.column(key).key, literal(name)
        series = label
        if version.series_column:
            series = f"CAST({version.column(version.series_column).key} AS VARCHAR)"
        rows = f"SELECT {series} AS id, CAST({time} AS TIMESTAMP) AS ds, {column} AS y FROM {table}"  # noqa: S608
        called = f"id || '/' || {label}" if version.series_column and len(keys) > 1 else "id"
        parts.append(
            f"SELECT {called} AS unique_id, ds, y "  # noqa: S608
            f"FROM ({with_totals(task, rows)})"
        )
    return " UNION ALL ".join(parts)


def with_totals(task: PredictionTask, rows: str) -> str:
    """Rows `id, ds, y`, and those of the totals over them where the forecast has any."""
    path = levels.found(task)
    if path is None:
        return rows
    how = "avg" if task.asked("hierarchy").get("how") == "mean" else "sum"
    return (
        f"WITH own AS ({rows}) SELECT id, ds, y FROM own UNION ALL "  # noqa: S608
        f"SELECT unique_id, ds, {how}(coalesce(y, 'nan'::DOUBLE)) FROM own "
        f"JOIN {parquet(path)} ON member = id AND level <> '{BOTTOM}' GROUP BY ALL"
    )


def add_before(
    connection: duckdb.DuckDBPyConnection, task: PredictionTask, labels: Any, firsts: Times
) -> None:
    """Make the table `before` of these series, whose first steps ahead are `firsts`.

    `last_total` is the sum of as many steps before them as are forecast; a span with a step that is
    not known has none. `known` counts all values, `zeros` those that are, `idle` the steps since
    the last other one; `constant` is the value of a series that has a single one. `leap` says how
    far, in standard deviations, the mean of the last span lies from that of all before, and
    `leap_share` the same as a share.
    """
    frequency = Frequency.parse(task.asked("frequency"))
    began = frequency.at(firsts.astype("datetime64[ns]"), np.full(len(firsts), -task.horizon))
    columns = {
        "unique_id": labels,
        "first": firsts.astype("datetime64[us]"),
        "began": began.astype("datetime64[us]"),
    }
    connection.register("starts", pa.table({name: pa.array(v) for name, v in columns.items()}))
    known = "NOT isnan(y)"
    inside = f"y IS NOT NULL AND {known} AND ds >= began"
    connection.execute(
        "CREATE TABLE seen AS SELECT unique_id, any_value(first) AS first, "  # noqa: S608
        f"CASE WHEN count(*) FILTER ({inside}) = ? THEN sum(y) FILTER ({inside}) END AS last_total,"
        f" count(*) FILTER ({known}) AS known, count(*) FILTER (y = 0) AS zeros, "
        f"max(ds) FILTER (y <> 0 AND {known}) AS moved, "
        f"min(y) FILTER ({known}) AS lowest, max(y) FILTER ({known}) AS highest, "
        f"avg(y) FILTER ({inside}) AS recent, avg(y) FILTER ({known} AND ds < began) AS usual, "
        f"stddev_pop(y) FILTER ({known} AND ds < began) AS spread "
        f"FROM ({rows_sql(task)}) JOIN starts USING (unique_id) "
        "WHERE ds < first GROUP BY unique_id",
        [task.horizon],
    )
    _add_idle(connection, frequency)
    connection.execute(
        "CREATE TABLE before AS SELECT unique_id, last_total, known, zeros, "
        "coalesce(idle, known) AS idle, CASE WHEN lowest = highest THEN lowest END AS constant, "
        "(recent - usual) / nullif(spread, 0) AS leap, "
        "CASE WHEN usual > 0 THEN recent / usual - 1 END AS leap_share "
        "FROM seen LEFT JOIN stood_still USING (unique_id)"
    )


def _add_idle(connection: duckdb.DuckDBPyConnection, frequency: Frequency) -> None:
    """Make the table `stood_still`: `unique_id, idle`, without series that were always zero."""
    found = connection.execute(
        "SELECT unique_id, moved, first FROM seen WHERE moved IS NOT NULL"
    ).fetchnumpy()
    moved, first = (np.asarray(found[name]).astype("datetime64[ns]") for name in ("moved", "first"))
    steps, _ = frequency.positions(moved, first)
    columns = {"unique_id": pa.array(list(found["unique_id"]), pa.string()), "idle": steps - 1}
    connection.register("standing", pa.table(columns))
    connection.execute("CREATE TABLE stood_still AS SELECT * FROM standing")


def tails(
    connection: duckdb.DuckDBPyConnection, task: PredictionTask, labels: Sequence[str], rows: int
) -> dict[str, list[float | None]]:
    """The newest `rows` values of some series, the oldest first."""
    if not labels:
        return {}
    marks = ", ".join("?" for _ in labels)
    found = connection.execute(
        "SELECT unique_id, list(y ORDER BY ds) FROM ("  # noqa: S608
        f"SELECT * FROM ({rows_sql(task)}) WHERE unique_id IN ({marks}) AND ds IS NOT NULL "
        "QUALIFY row_number() OVER (PARTITION BY unique_id ORDER BY ds DESC) <= ?"
        ") GROUP BY unique_id",
        [*labels, rows],
    ).fetchall()
    return {str(label): _known(values) for label, values in found}


@dataclass(frozen=True)
class TotalPast:
    """What a total over the series of a forecast was: theirs added up."""

    task: PredictionTask
    label: str

    @staticmethod
    def of(task: PredictionTask, label: str) -> TotalPast | None:
        """The past of a label that is a total; None for a single series."""
        names, base = task.asked("names", []), label
        if len(names) > 1:
            base, _, channel = label.rpartition("/")
            if channel not in names:
                return None
        return TotalPast(task, label) if levels.is_total(task, base) else None

    def between(self, start: datetime | None, end: datetime | None, width: int) -> Range:
        """Its points between two times, at most about two for each of `width` pixels."""
        tests, given = ["unique_id = ?", "ds IS NOT NULL"], list[Any]([self.label])
        for test, moment in (("ds >= ?", start), ("ds <= ?", end)):
            if moment is not None:
                tests.append(test)
                given.append(moment)
        with reader() as connection:
            found = connection.execute(
                f"SELECT ds, coalesce(y, 'nan'::DOUBLE) AS y FROM ({rows_sql(self.task)}) "  # noqa: S608
                f"WHERE {' AND '.join(tests)} ORDER BY ds",
                given,
            ).fetchnumpy()
        times = np.asarray(found["ds"]).astype("datetime64[us]")
        return thinned(times, np.asarray(found["y"], dtype=float), width)


def _known(values: Sequence[float | None]) -> list[float | None]:
    return [None if value is None or np.isnan(value) else float(value) for value in values]
