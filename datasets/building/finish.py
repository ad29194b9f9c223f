"""From typed rows to everything a version consists of, for rows that no file was read for."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

from datasets.building.build import DATA, LEVELS
from datasets.building.describe import Table, describe
from datasets.building.duck import connect, first_row, literal, parquet, parquet_options
from datasets.building.facts import file_hash, series_of, time_of
from datasets.building.layout import find_layout
from datasets.building.readers import reader
from datasets.refusals import Refusal
from datasets.sniffing.reading import FoundColumn, Reading

# Helper columns: the place in the parent, the row of the uploaded file, did the time name a zone.
FROM, ROW, ZONED = "_from", "_row", "_zoned"
# Beside the rows: the place of each in the parent, in the same order.
LINEAGE = "lineage.parquet"
_EXACT = 2**53
_KINDS = {"DOUBLE": "number", "BOOLEAN": "boolean", "TIMESTAMP": "datetime", "VARCHAR": "text"}
_WHOLE = frozenset(
    {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER",
     "UBIGINT", "UHUGEINT", "BIGNUM"}
)  # fmt: skip
_TIMES = frozenset({"DATE", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"})
_ZONED_TIMES = "TIMESTAMP WITH TIME ZONE"
Connection = duckdb.DuckDBPyConnection


@dataclass(frozen=True)
class Plan:
    """Rows to make a version of: `columns` maps key to name, in order."""

    source: Path
    folder: Path
    columns: dict[str, str]
    time: str = ""
    series: str = ""
    # What the column _zoned holds where the source has none.
    zoned: bool = False


def finish(plan: Plan, on_share: Callable[[float], None]) -> dict[str, Any]:
    """Write `data.parquet` and `levels/` into the folder; return what the reader would find.

    Numbers become doubles, whole numbers too large for one become text. Rows are sorted by
    series and time. `source` stays as it is. Raises Refusal when no row is left.
    """
    scratch, target = plan.folder / "scratch", plan.folder / DATA
    for folder in (scratch, plan.folder / LEVELS):
        folder.mkdir(exist_ok=True)
    with connect(scratch=scratch) as connection:
        schema = _schema(connection, plan.source)
        (rows,) = first_row(connection, f"SELECT count(*) FROM {parquet(plan.source)}")  # noqa: S608
        if not rows:
            raise Refusal("no_rows_left")
        is_sorted = _write(connection, plan, schema, target)
        kinds = {key: _KINDS[kind] for key, kind in _schema(connection, target).items()
                 if key in plan.columns}  # fmt: skip
        types = {key: kinds[key] for key in plan.columns}
        table = Table(target, rows, plan.folder / LEVELS)
        described = describe(connection, table, types, on_share)
        reading = _reading(plan, types)
        series = plan.series if plan.time else ""
        return {
            "rows": rows,
            "reading": reading.to_dict(),
            "notes": [],
            "series_column": series,
            "sorted": not is_sorted,
            "columns": {key: asdict(column) for key, column in described.items()},
            "misfits": {},
            "time": time_of(connection, target, reading, series),
            "series": series_of(connection, target, reading, series),
            "file": target.name,
            "size": target.stat().st_size,
            "hash": file_hash(target),
        }


def detect(source: Path, columns: dict[str, str]) -> tuple[str, str]:
    """(time column, series column) of rows that nobody has described; "" for none."""
    with reader() as connection:
        schema = _schema(connection, source)
        kinds = {key: _kind(schema[key]) for key in columns}
        time = next((key for key, kind in kinds.items() if kind == "datetime"), "")
        found = tuple(FoundColumn(key, name, kinds[key]) for key, name in columns.items())
        reading = Reading("utf-8", 0, ",", '"', ".", header=True, columns=found, time_column=time)
        return time, find_layout(connection, source, reading).series_column


def _kind(kind: str) -> str:
    """Which of our types a column of the source becomes."""
    if kind in _TIMES or kind == _ZONED_TIMES:
        return "datetime"
    if kind in _WHOLE or kind.startswith("DECIMAL") or kind == "FLOAT":
        return "number"
    return _KINDS.get(kind, "text")


def _schema(connection: Connection, table: Path) -> dict[str, str]:
    rows = connection.execute(f"DESCRIBE SELECT * FROM {parquet(table)}").fetchall()  # noqa: S608
    return {row[0]: row[1] for row in rows}


def _write(connection: Connection, plan: Plan, schema: dict[str, str], target: Path) -> bool:
    """Write the rows as ours, in order; return whether they were in order."""
    is_sorted = not _out_of_place(connection, plan)
    ours = all(schema[key] in _KINDS for key in plan.columns)
    wanted = [*plan.columns, *(name for name in (ROW, ZONED) if name in schema)]
    if ours and is_sorted and ZONED in schema and list(schema) == wanted:
        shutil.copyfile(plan.source, target)
        return True
    chosen = [_cast(connection, plan, key, schema[key]) for key in plan.columns]
    if ROW in schema:
        chosen.append(ROW)
    chosen.append(ZONED if ZONED in schema else f"{str(plan.zoned).lower()} AS {ZONED}")
    order = "" if is_sorted else f" ORDER BY {_order(plan)}, file_row_number"
    _copy(connection, plan, ", ".join(chosen) + f" {{}}{order}", target)
    if FROM in schema:
        _copy(connection, plan, f"{FROM} {{}}{order}", plan.folder / LINEAGE)
    return is_sorted


def _copy(connection: Connection, plan: Plan, what: str, target: Path) -> None:
    source = f"FROM {parquet(plan.source, numbered=True)}"
    connection.execute(
        f"COPY (SELECT {what.format(source)}) TO {literal(str(target))} "
        f"{parquet_options(len(plan.columns))}"
    )


def _order(plan: Plan) -> str:
    keys = [key for key in (plan.series, plan.time) if key]
    return ", ".join(f"{key} NULLS LAST" for key in keys)


def _out_of_place(connection: Connection, plan: Plan) -> int:
    """How many rows come before the one they stand behind."""
    if not plan.time:
        return 0
    series = plan.series or "0"
    (found,) = first_row(
        connection,
        f"SELECT count(*) FILTER (place > 0 AND (s < s0 OR (s0 IS NULL AND s IS NOT NULL) "  # noqa: S608
        f"OR (s IS NOT DISTINCT FROM s0 AND (t < t0 OR (t0 IS NULL AND t IS NOT NULL))))) FROM "
        f"(SELECT file_row_number AS place, {series} AS s, {plan.time} AS t, "
        f"lag({series}) OVER () AS s0, lag({plan.time}) OVER () AS t0 "
        f"FROM {parquet(plan.source, numbered=True)})",
    )
    return int(found)


def _cast(connection: Connection, plan: Plan, key: str, kind: str) -> str:
    """The column as one of our four types."""
    if kind in {"BOOLEAN", "VARCHAR", "TIMESTAMP"}:
        return key
    if kind in _TIMES:
        return f"CAST({key} AS TIMESTAMP) AS {key}"
    if kind == _ZONED_TIMES:
        return f"{key} AT TIME ZONE 'UTC' AS {key}"
    if kind in {"DOUBLE", "FLOAT"}:
        return f"CASE WHEN isfinite({key}) THEN CAST({key} AS DOUBLE) END AS {key}"
    if kind in _WHOLE or kind.startswith("DECIMAL"):
        # Numbered series are names: 7 must not become 7.0, nor sort as a number.
        exact = key != plan.series and (
            kind.startswith("DECIMAL") or _is_exact(connection, plan.source, key)
        )
        return f"CAST({key} AS {'DOUBLE' if exact else 'VARCHAR'}) AS {key}"
    return f"CAST({key} AS {'DOUBLE' if kind.strip(chr(34)) == 'NULL' else 'VARCHAR'}) AS {key}"


def _is_exact(connection: Connection, source: Path, key: str) -> bool:
    """Is every whole number small enough for a double to hold it?"""
    low, high = first_row(connection, f"SELECT min({key}), max({key}) FROM {parquet(source)}")  # noqa: S608
    return low is None or (low >= -_EXACT and high <= _EXACT)


def _reading(plan: Plan, types: dict[str, str]) -> Reading:
    columns = tuple(FoundColumn(key, name, types[key]) for key, name in plan.columns.items())
    return Reading("utf-8", 0, ",", '"', ".", header=True, columns=columns, time_column=plan.time)
