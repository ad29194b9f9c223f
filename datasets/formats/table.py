"""A version as writers see it: names, kinds and blocks of rows, with personal data hidden."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from datasets.building.duck import connect, parquet
from datasets.clock import AS_STORED, Clock

INTEGER, FLOAT, BOOLEAN, DATETIME, TEXT, EMPTY = (
    "integer", "float", "boolean", "datetime", "text", "empty",
)  # fmt: skip
_MEMORY = "256MB"
_BLOCK = 20_000
_CELLS = 400_000


@dataclass(frozen=True)
class Field:
    """One column: the name people see, its kind, and the SQL under which it may leave."""

    name: str
    key: str
    kind: str
    expression: str
    # By which its times are read; files say the offset where the instant is known.
    clock: Clock = AS_STORED

    @property
    def is_number(self) -> bool:
        """Does it hold numbers?"""
        return self.kind in {INTEGER, FLOAT, EMPTY}

    @property
    def value(self) -> str:
        """SQL of its values; whole numbers as such."""
        return f"CAST({self.key} AS BIGINT)" if self.kind == INTEGER else self.expression

    @property
    def text(self) -> str:
        """SQL of its values as text; times with their offset."""
        if self.kind == DATETIME:
            return self.clock.sql_iso(self.key)
        return f"CAST({self.value} AS VARCHAR)"

    @property
    def zone(self) -> str | None:
        """The zone of its times; None where they stand for no instant."""
        known = self.kind == DATETIME and self.clock.is_utc and not self.clock.is_days
        return self.clock.name if known else None


@dataclass(frozen=True)
class Table:
    """The rows of a version. `time` and `series` are keys, "" where there are none."""

    path: Path
    fields: tuple[Field, ...]
    rows: int
    time: str = ""
    series: str = ""
    frequency: str = ""

    def field(self, key: str) -> Field:
        """The column with this key."""
        return next(field for field in self.fields if field.key == key)

    def connect(self) -> duckdb.DuckDBPyConnection:
        """A small connection for reading the rows; it may not spill."""
        return connect(memory=_MEMORY)

    @property
    def source(self) -> str:
        """The table function that reads the rows."""
        return parquet(self.path)

    def blocks(self, fields: Sequence[Field] | None = None) -> Iterator[pa.RecordBatch]:
        """All rows in order, some thousands at a time, under the keys of the columns."""
        chosen = self.fields if fields is None else fields
        wanted = ", ".join(f"{field.value} AS {field.key}" for field in chosen)
        size = max(500, min(_BLOCK, _CELLS // max(len(chosen), 1)))
        with self.connect() as connection:
            rows = connection.sql(f"SELECT {wanted} FROM {self.source}")  # noqa: S608
            reader: Iterator[pa.RecordBatch] = rows.to_arrow_reader(size)
            yield from reader

    def texts(self, expression: str) -> Iterator[list[str]]:
        """One text a row, all rows in order, some thousands at a time."""
        size = max(500, min(_BLOCK, _CELLS // max(len(self.fields), 1)))
        with self.connect() as connection:
            rows = connection.sql(f"SELECT {expression} AS told FROM {self.source}")  # noqa: S608
            for block in rows.to_arrow_reader(size):
                yield block.column(0).to_pylist()
