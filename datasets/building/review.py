"""What a person looks at before an import: cells as they stand in the file, rows as stored.

All of it is small and goes into the answer of the reading process, so that the page that shows
it opens no file.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from datasets.building.duck import first_row, parquet
from datasets.building.layout import Layout
from datasets.formats.csv import typed
from datasets.formats.csv.plan import Plan, source_table
from datasets.sniffing.reading import FoundColumn, Reading

_SAMPLED_ROWS, _KEPT_SAMPLES = 200, 30
_LONGEST = 80
_SHOWN_ROWS, _SHOWN_COLUMNS = 5, 60
_NUMERIC = r"'^\s*(\d{1,2})[./-](\d{1,2})[./-]\d{2,4}'"
# Marks of text cells, whose keys begin otherwise, are no cells that could not be read.
_HAS_UNREAD = f"contains('{typed.RECORD}' || _unread, '{typed.RECORD}c')"
Connection = duckdb.DuckDBPyConnection


def samples(connection: Connection, plan: Plan, reading: Reading) -> dict[str, list[str]]:
    """The first different filled cells of each column, as they stand in the file."""
    keys = [column.key for column in reading.columns]
    wanted = ", ".join(f"{key}[1:{_LONGEST}]" for key in keys)
    rows = connection.execute(
        f"SELECT {wanted} FROM {source_table(plan, reading)} LIMIT {_SAMPLED_ROWS}"  # noqa: S608
    ).fetchall()
    cells = zip(*rows, strict=True) if rows else [()] * len(keys)
    return {key: _first_different(column) for key, column in zip(keys, cells, strict=True)}


def _first_different(cells: Sequence[str | None]) -> list[str]:
    filled = dict.fromkeys(cell for cell in cells if cell and cell.strip())
    return list(filled)[:_KEPT_SAMPLES]


def review(
    connection: Connection, plan: Plan, table: Path, reading: Reading, layout: Layout
) -> dict[str, Any]:
    """First, last and not fully read rows, and the evidence behind what had to be decided."""
    return {
        "preview": preview(connection, table, reading),
        "order": _order_evidence(connection, plan, reading),
        "words": _words(connection, table, reading),
        "repeated": _repeated(connection, table, reading, layout),
    }


def preview(connection: Connection, table: Path, reading: Reading) -> dict[str, list[list[Any]]]:
    """Rows as they are stored, under `first`, `last` and `unread`; at most 60 columns of each."""
    keys = ", ".join(column.key for column in reading.kept[:_SHOWN_COLUMNS])
    numbered = parquet(table, numbered=True)
    parts = {
        "first": f"ORDER BY file_row_number LIMIT {_SHOWN_ROWS}",
        "last": f"ORDER BY file_row_number DESC LIMIT {_SHOWN_ROWS}",
        "unread": f"WHERE {_HAS_UNREAD} ORDER BY file_row_number LIMIT {_SHOWN_ROWS}",
    }
    shown: dict[str, list[list[Any]]] = {}
    for name, rest in parts.items():
        rows = connection.execute(f"SELECT {keys} FROM {numbered} {rest}").fetchall()  # noqa: S608
        ordered = reversed(rows) if name == "last" else rows
        shown[name] = [[_plain(cell) for cell in row] for row in ordered]
    return shown


def _plain(cell: Any) -> Any:
    if isinstance(cell, datetime):
        return cell.isoformat()
    return cell[:_LONGEST] if isinstance(cell, str) else cell


def _order_evidence(connection: Connection, plan: Plan, reading: Reading) -> dict[str, int]:
    """How many dates such as 13/02/2020 decide between day and month."""
    time = reading.column(reading.time_column).time if reading.time_column else None
    if time is None or time.kind != "text" or time.day_first is None:
        return {}
    part = f"regexp_extract({reading.time_column}, {_NUMERIC}"
    first, second = first_row(
        connection,
        f"SELECT count(*) FILTER (try_cast({part}, 1) AS INTEGER) > 12), "  # noqa: S608
        f"count(*) FILTER (try_cast({part}, 2) AS INTEGER) > 12) "
        f"FROM {source_table(plan, reading)}",
    )
    return {"first": int(first), "second": int(second)}


def _words(connection: Connection, table: Path, reading: Reading) -> dict[str, dict[str, Any]]:
    """Cells of text columns that hold NA, null or the like, which text keeps as they are."""
    texts = [column for column in reading.kept if column.type == "text" and not column.words]
    found: dict[str, dict[str, Any]] = {}
    for start in range(0, len(texts), 100):
        group = texts[start : start + 100]
        asked = ", ".join(_word_facts(column) for column in group)
        facts = first_row(connection, f"SELECT {asked} FROM {parquet(table)}")  # noqa: S608
        for place, column in enumerate(group):
            count, words = facts[2 * place], facts[2 * place + 1]
            if count:
                found[column.key] = {"count": int(count), "words": sorted(words)[:8]}
    return found


def _word_facts(column: FoundColumn) -> str:
    is_word = f"{typed.is_missing_word(column.key)} AND trim({column.key}) <> ''"
    return (
        f"count(*) FILTER ({is_word}), list(DISTINCT trim({column.key})[1:12]) FILTER ({is_word})"
    )


def _repeated(connection: Connection, table: Path, reading: Reading, layout: Layout) -> int:
    """Rows whose series and time stood there before."""
    time = reading.time_column
    if not time:
        return 0
    name = f"({layout.series_column}, {time})" if layout.series_column else time
    (count,) = first_row(
        connection,
        f"SELECT count(*) - count(DISTINCT {name}) FROM {parquet(table)} "  # noqa: S608
        f"WHERE {time} IS NOT NULL",
    )
    return int(count)
