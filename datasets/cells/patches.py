"""Write a version once more with some cells changed, one row group at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pyarrow.parquet

from datasets.building.finish import FROM

Changes = Mapping[str, Mapping[int, Any]]


def patch(
    source: Path,
    target: Path,
    changes: Changes,
    *,
    lineage: bool = False,
    on_share: Callable[[float], None] = lambda share: None,
) -> None:
    """Copy `source` to `target` with `changes` (column key → row from 0 → value).

    `lineage` adds the place each row had, for changes after which rows are sorted anew.
    """
    file = pyarrow.parquet.ParquetFile(source)
    schema = file.schema_arrow.remove_metadata()
    if lineage:
        schema = schema.append(pyarrow.field(FROM, pyarrow.int64()))
    first = 0
    with pyarrow.parquet.ParquetWriter(target, schema, compression="zstd") as writer:
        for number in range(file.num_row_groups):
            table = file.read_row_group(number).replace_schema_metadata(None)
            writer.write_table(_patched(table, changes, first, lineage=lineage))
            first += table.num_rows
            on_share((number + 1) / file.num_row_groups)


def _patched(table: pyarrow.Table, changes: Changes, first: int, *, lineage: bool) -> pyarrow.Table:
    end = first + table.num_rows
    for key, cells in changes.items():
        here = {row - first: value for row, value in cells.items() if first <= row < end}
        if here:
            place = table.schema.get_field_index(key)
            field = table.schema.field(place)
            table = table.set_column(place, field, _replaced(table.column(place), field.type, here))
    if lineage:
        places = pyarrow.array(np.arange(first, end, dtype=np.int64))
        table = table.append_column(pyarrow.field(FROM, pyarrow.int64()), places)
    return table


def _replaced(
    column: pyarrow.ChunkedArray, kind: pyarrow.DataType, cells: dict[int, Any]
) -> pyarrow.ChunkedArray:
    """The column in pieces: what stands between two changed cells is taken as it is."""
    pieces: list[pyarrow.Array] = []
    start = 0
    for row in sorted(cells):
        pieces.extend(column.slice(start, row - start).chunks)
        pieces.append(pyarrow.array([cells[row]], type=kind))
        start = row + 1
    pieces.extend(column.slice(start).chunks)
    return pyarrow.chunked_array(pieces, type=kind)
