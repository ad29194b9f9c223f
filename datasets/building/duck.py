"""DuckDB as our own tool: small, closed and without files it was not given."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import duckdb

MEMORY = "400MB"
THREADS = 2
# A tenth faster than the usual level, and a tenth larger.
_LEVEL = 2
# Columns with more different values are not worth a dictionary, which takes time to find out.
_DICTIONARY = 2000


def connect(*, scratch: Path | None = None, memory: str = MEMORY) -> duckdb.DuckDBPyConnection:
    """A connection of its own; `scratch` is where it may spill, without one it may not."""
    settings: dict[str, Any] = {
        "memory_limit": memory,
        "threads": THREADS,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "python_enable_replacements": False,
        "temp_directory": str(scratch) if scratch else "",
    }
    connection = duckdb.connect(":memory:", config=settings)
    # Times without a zone must not take that of the machine.
    connection.execute("SET GLOBAL TimeZone = 'UTC'")
    # What the reading process prints is read by its worker.
    connection.execute("SET enable_progress_bar = false")
    return connection


def literal(text: str) -> str:
    """A text as an SQL literal, for the places that take no parameters."""
    return "'" + text.replace("'", "''") + "'"


def run_watched(
    connection: duckdb.DuckDBPyConnection,
    sql: str,
    on_share: Callable[[float], None],
    *,
    every: float = 0.25,
) -> list[tuple[Any, ...]]:
    """Run `sql` in a thread and report the finished share (0 to 1) now and then."""
    connection.execute("SET enable_progress_bar = true")
    connection.execute("SET enable_progress_bar_print = false")
    outcome: list[Any] = []

    def work() -> None:
        try:
            outcome.append(connection.execute(sql).fetchall())
        except duckdb.Error as error:
            outcome.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(every)
        on_share(max(0.0, min(1.0, connection.query_progress() / 100)))
    if not outcome:
        raise MemoryError("the reading thread ended without a result")
    if isinstance(outcome[0], duckdb.Error):
        raise outcome[0]
    rows: list[tuple[Any, ...]] = outcome[0]
    return rows


def parquet(path: Path, *, numbered: bool = False) -> str:
    """The table function that reads our own Parquet file."""
    more = ", file_row_number=true" if numbered else ""
    return f"read_parquet({literal(str(path))}{more})"


def parquet_options(columns: int) -> str:
    """How our files are written: row groups of a bounded number of cells, as one is in memory."""
    rows = max(2048, min(122_880, 12_000_000 // max(columns, 1)))
    return (
        f"(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL {_LEVEL}, ROW_GROUP_SIZE {rows}, "
        f"DICTIONARY_SIZE_LIMIT {_DICTIONARY})"
    )


def first_row(connection: duckdb.DuckDBPyConnection, sql: str) -> Sequence[Any]:
    """The only row of a query that has one."""
    row = connection.execute(sql).fetchone()
    assert row is not None
    found: Sequence[Any] = row
    return found
