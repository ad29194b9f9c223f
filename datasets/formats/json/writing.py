"""JSON: a list of records, one record a line, or one list per column.

The database writes the text of every row; numbers have as many digits as they need to come back
equal.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from datasets.building.duck import literal
from datasets.formats.table import DATETIME, EMPTY, FLOAT, TEXT, Field, Table

OnShare = Callable[[float], None]


def write(table: Table, target: Path, chosen: Mapping[str, str], on_share: OnShare) -> None:
    """Write all rows in the form `chosen["orient"]`: records, lines or columns."""
    pieces = _PIECES[chosen.get("orient", "records")]
    with target.open("w", encoding="utf-8", newline="") as file:
        for piece in pieces(table, on_share):
            file.write(piece)


def _lines(table: Table, on_share: OnShare) -> Iterator[str]:
    yield from _told(table, f"{_record(table)} || chr(10)", on_share)


def _list(table: Table, on_share: OnShare) -> Iterator[str]:
    yield "[\n"
    yield from _separated(_told(table, f"',' || chr(10) || {_record(table)}", on_share))
    yield "\n]\n"


def _columns(table: Table, on_share: OnShare) -> Iterator[str]:
    """One pass over the rows per column, so that none has to be held."""
    yield "{"
    for place, field in enumerate(table.fields):
        yield ("\n" if place == 0 else ",\n") + _name(field) + ": ["
        yield from _separated(map("".join, table.texts(f"', ' || {_cell(field)}")))
        yield "]"
        on_share((place + 1) / len(table.fields))
    yield "\n}\n"


def _told(table: Table, expression: str, on_share: OnShare) -> Iterator[str]:
    done = 0
    for block in table.texts(expression):
        yield "".join(block)
        done += len(block)
        on_share(done / max(table.rows, 1))


def _separated(pieces: Iterator[str]) -> Iterator[str]:
    """Without the separator of two characters before the very first."""
    for place, piece in enumerate(pieces):
        yield piece if place else piece[2:]


def _record(table: Table) -> str:
    """SQL of a row as an object."""
    cells = [f"concat({literal(_name(field) + ': ')}, {_cell(field)})" for field in table.fields]
    return f"concat('{{', concat_ws(', ', {', '.join(cells)}), '}}')"


def _cell(field: Field) -> str:
    """SQL of a value as JSON; `null` where there is none."""
    if field.kind == EMPTY:
        return "'null'"
    # Infinity has no word in JSON.
    is_known = f"isfinite({field.value})" if field.kind == FLOAT else f"{field.value} IS NOT NULL"
    told = f"CAST({field.value} AS VARCHAR)"
    if field.kind == TEXT:
        told = f"CAST(to_json({field.value}) AS VARCHAR)"
    elif field.kind == DATETIME:
        told = f"concat('\"', replace({field.text}, ' ', 'T'), '\"')"
    return f"CASE WHEN {is_known} THEN {told} ELSE 'null' END"


def _name(field: Field) -> str:
    return json.dumps(field.name, ensure_ascii=False)


_PIECES: dict[str, Callable[[Table, OnShare], Iterator[str]]] = {
    "records": _list,
    "lines": _lines,
    "columns": _columns,
}
