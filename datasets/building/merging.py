"""Rows that share a series and a time become one."""

from __future__ import annotations

from pathlib import Path

import duckdb

from datasets.building.duck import literal, parquet, parquet_options
from datasets.sniffing.reading import FoundColumn, Reading

_HELPERS = ("_zoned", "_unread", "_row")
Connection = duckdb.DuckDBPyConnection


def merge_repeated(
    connection: Connection, table: Path, target: Path, reading: Reading, series: str
) -> None:
    """Write `table` to `target` with one row for each time of each series.

    Numbers are merged the way the reading says; other cells follow the first (or last) row.
    Rows without a time stay as they are.
    """
    time = reading.time_column
    known = {name for name, *_ in connection.execute(f"DESCRIBE FROM {parquet(table)}").fetchall()}
    by = [*([series] if series else []), time]
    alone = f"CASE WHEN {time} IS NULL THEN file_row_number END"
    cells = [
        column.key if column.key in by else f"{_merged(column, reading.repeated)} AS {column.key}"
        for column in reading.kept
    ]
    helpers = [f"arg_min({name}, file_row_number) AS {name}" for name in _HELPERS if name in known]
    if "_row" not in known:
        helpers.append("min(file_row_number) AS _row")
    order = ", ".join(f"{key} NULLS LAST" for key in by)
    connection.execute(
        f"COPY (SELECT {', '.join([*cells, *helpers])} FROM {parquet(table, numbered=True)} "  # noqa: S608
        f"GROUP BY {', '.join([*by, alone])} ORDER BY {order}, min(file_row_number)) "
        f"TO {literal(str(target))} {parquet_options(len(reading.columns))}"
    )


def _merged(column: FoundColumn, how: str) -> str:
    is_number = column.type in {"number", "empty"}
    if how == "mean" and is_number:
        return f"avg({column.key})"
    if how == "sum" and is_number:
        return f"sum({column.key})"
    place = "arg_max_null" if how == "last" else "arg_min_null"
    return f"{place}({column.key}, file_row_number)"
