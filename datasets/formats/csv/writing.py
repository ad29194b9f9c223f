"""CSV, line by line from the rows: any separator, decimal mark and encoding, nothing a formula."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from datasets.building.duck import literal
from datasets.formats.guards import DANGEROUS, TRUE_NUMBER, harmless
from datasets.formats.table import FLOAT, TEXT, Field, Table
from datasets.refusals import Refusal

_LINES = 20_000
_MARKS = {"utf-8-sig": ("utf-8", codecs.BOM_UTF8), "utf-16": ("utf-16-le", codecs.BOM_UTF16_LE)}


def write(
    table: Table, target: Path, chosen: Mapping[str, str], on_share: Callable[[float], None]
) -> None:
    """Write all rows to the file `target`."""
    done = 0
    with target.open("wb") as file:
        for block in blocks(table, chosen):
            file.write(block)
            on_share(min(done / max(table.rows, 1), 1.0))
            done += _LINES


def blocks(table: Table, chosen: Mapping[str, str]) -> Iterator[bytes]:
    """The file in blocks of lines; the first holds the names."""
    delimiter, decimal = chosen.get("delimiter", ","), chosen.get("decimal", ".")
    if delimiter == decimal:
        raise Refusal("comma_twice")
    name = chosen.get("encoding", "utf-8")
    codec, mark = _MARKS.get(name, (name, b""))
    header = delimiter.join(quoted(harmless(field.name), delimiter) for field in table.fields)
    yield mark + (header + "\n").encode(codec)
    cells = f" || {literal(delimiter)} || ".join(
        cell(field, delimiter=delimiter, decimal=decimal, alone=len(table.fields) == 1)
        for field in table.fields
    )
    yield from lines(table, cells, codec)


def lines(table: Table, line: str, codec: str = "utf-8", order: str = "") -> Iterator[bytes]:
    """Blocks of the lines that the SQL `line` makes of each row."""
    with table.connect() as connection:
        rows = connection.execute(f"SELECT {line} FROM {table.source}{order}")  # noqa: S608
        while found := rows.fetchmany(_LINES):
            yield ("\n".join(text for (text,) in found) + "\n").encode(codec)


def cell(field: Field, *, delimiter: str = ",", decimal: str = ".", alone: bool = False) -> str:
    """SQL of one cell as CSV text. Numbers and times are plain; texts made harmless and quoted."""
    text = field.text
    # A line without any character would be no row.
    empty = "'\"\"'" if alone else "''"
    if field.kind != TEXT:
        if field.kind == FLOAT and decimal == ",":
            text = f"replace({text}, '.', ',')"
        return f"coalesce({text}, {empty})"
    harmful = (
        f"regexp_matches({text}, {literal(DANGEROUS)}) "
        f"AND NOT regexp_matches({text}, {literal(TRUE_NUMBER)})"
    )
    safe = f"CASE WHEN {harmful} THEN '''' || {text} ELSE {text} END"
    special = f"regexp_matches({text}, {literal(_special(delimiter))})"
    wrapped = f"'\"' || replace({safe}, '\"', '\"\"') || '\"'"
    return f"coalesce(CASE WHEN {special} THEN {wrapped} ELSE {safe} END, {empty})"


def quoted(text: str, delimiter: str = ",") -> str:
    """A cell in quotes where it needs them."""
    if re.search(_special(delimiter), text):
        return '"' + text.replace('"', '""') + '"'
    return text


def _special(delimiter: str) -> str:
    """What cannot stand in a cell without quotes, blanks at its ends included."""
    return f'[{re.escape(delimiter)}"\\r\\n]|^\\s|\\s$'
