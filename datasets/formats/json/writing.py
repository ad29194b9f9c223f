"""JSON: a list of records, one record a line, or one list per column."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from datasets.formats.table import DATETIME, Field, Table

_ITEMS = 10_000


def write(
    table: Table, target: Path, chosen: Mapping[str, str], on_share: Callable[[float], None]
) -> None:
    """Write all rows in the form `chosen["orient"]`: records, lines or columns."""
    pieces = _PIECES[chosen.get("orient", "records")]
    with target.open("w", encoding="utf-8", newline="") as file:
        for piece in pieces(table, on_share):
            file.write(piece)


def _lines(table: Table, on_share: Callable[[float], None]) -> Iterator[str]:
    for block in _records(table, on_share):
        yield "".join(record + "\n" for record in block)


def _list(table: Table, on_share: Callable[[float], None]) -> Iterator[str]:
    yield "[\n"
    first = True
    for block in _records(table, on_share):
        yield ("" if first else ",\n") + ",\n".join(block)
        first = False
    yield "\n]\n"


def _records(table: Table, on_share: Callable[[float], None]) -> Iterator[list[str]]:
    names = [_text(field.name) for field in table.fields]
    done = 0
    for block in table.blocks():
        cells = [_cells(block.column(field.key), field) for field in table.fields]
        yield [
            "{" + ", ".join(f"{name}: {cell}" for name, cell in zip(names, row, strict=True)) + "}"
            for row in zip(*cells, strict=True)
        ]
        done += len(block)
        on_share(done / max(table.rows, 1))


def _columns(table: Table, on_share: Callable[[float], None]) -> Iterator[str]:
    """One pass over the rows per column, so that none has to be held."""
    yield "{"
    for place, field in enumerate(table.fields):
        yield ("\n" if place == 0 else ",\n") + _text(field.name) + ": ["
        first = True
        for block in table.blocks([field]):
            yield ("" if first else ", ") + ", ".join(_cells(block.column(field.key), field))
            first = False
        yield "]"
        on_share((place + 1) / len(table.fields))
    yield "\n}\n"


def _cells(column: pa.Array, field: Field) -> list[str]:
    """The values as JSON; numbers with as many digits as they need to come back equal."""
    values = column.to_pylist()
    if field.kind == DATETIME:
        return ["null" if value is None else f'"{field.clock.iso(value)}"' for value in values]
    if field.is_number:
        return ["null" if value is None else repr(value) for value in values]
    return [_text(value) for value in values]


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


_PIECES: dict[str, Callable[[Table, Callable[[float], None]], Iterator[str]]] = {
    "records": _list,
    "lines": _lines,
    "columns": _columns,
}
