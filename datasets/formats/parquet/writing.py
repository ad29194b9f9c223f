"""Parquet under the names people see, with a note of the types, so that it reads back equal."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from datasets.formats.parquet.reading import OURS
from datasets.formats.table import BOOLEAN, DATETIME, EMPTY, FLOAT, INTEGER, Field, Table

_TYPES: dict[str, pa.DataType] = {
    INTEGER: pa.int64(),
    FLOAT: pa.float64(),
    EMPTY: pa.float64(),
    BOOLEAN: pa.bool_(),
    DATETIME: pa.timestamp("us"),
}
_OURS = {INTEGER: "number", FLOAT: "number"}


def write(
    table: Table, target: Path, chosen: Mapping[str, str], on_share: Callable[[float], None]
) -> None:
    """Write all rows; by pyarrow, because names may differ in nothing but case."""
    fields = [pa.field(field.name, _type(field)) for field in table.fields]
    types = [_OURS.get(field.kind, field.kind) for field in table.fields]
    schema = pa.schema(fields, metadata={OURS: json.dumps({"types": types}).encode()})
    done = 0
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for block in table.blocks():
            arrays = [
                column.cast(field.type) for column, field in zip(block.columns, fields, strict=True)
            ]
            writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=schema))
            done += len(block)
            on_share(done / max(table.rows, 1))


def _type(field: Field) -> pa.DataType:
    """Times whose zone is known are instants, which every reader may show in a zone of its own."""
    return pa.timestamp("us", field.zone) if field.zone else _TYPES.get(field.kind, pa.string())
