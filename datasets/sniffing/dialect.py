"""Which characters separate the cells of a text file, and which mark the decimals."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from datasets.sniffing.cells import decimal_evidence, is_missing, is_number
from datasets.sniffing.options import DELIMITERS
from datasets.sniffing.times import looks_like_time

Record = list[str]
# A record with more characters than this is an unclosed quote or not a table.
LONGEST_LINE = 2_000_000
_TRIED = 300


@dataclass(frozen=True)
class Dialect:
    """How cells are told apart."""

    delimiter: str
    quote: str


def records_of(text: str, dialect: Dialect, limit: int, *, skip: int = 0) -> list[Record]:
    """Split `text` into at most `limit` records; a cell keeps quotes that stand inside it.

    Lenient: broken quoting is found, with its row, by the survey of the whole file. Lines
    without any cell are left out.
    """
    csv.field_size_limit(LONGEST_LINE)
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=dialect.delimiter, quotechar=dialect.quote
    )
    found: list[Record] = []
    try:
        for row, record in enumerate(reader):
            if record and row >= skip:
                found.append(record)
            if len(found) >= limit:
                break
    except csv.Error:
        pass
    return found


def rows_above(text: str, dialect: Dialect, records: int) -> int:
    """The rows of the file that the first `records` filled records take, blank lines included."""
    csv.field_size_limit(LONGEST_LINE)
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=dialect.delimiter, quotechar=dialect.quote
    )
    filled = 0
    for row, record in enumerate(reader):
        if filled == records and record:
            return row
        filled += bool(record)
    return records


def find_dialect(text: str, *, delimiter: str | None = None) -> Dialect:
    """Return the delimiter and quote under which `text` makes the most regular table."""
    quote = _find_quote(text)
    if delimiter:
        return Dialect(delimiter, quote)
    dialects = [Dialect(mark, quote) for mark in DELIMITERS]
    return max(dialects, key=lambda dialect: _regularity(text, dialect))


def find_decimal(records: Sequence[Record], delimiter: str) -> str:
    """Return "," or ".": what the cells can only be read with; a tie follows the delimiter."""
    marks: Counter[str] = Counter()
    ambiguous = 0
    for record in records:
        for cell in record:
            mark = decimal_evidence(cell)
            marks[mark] += 1
            ambiguous += not mark and "," in cell and is_number(cell, ",")
    if marks[","] != marks["."]:
        return "," if marks[","] > marks["."] else "."
    return "," if ambiguous and delimiter == ";" else "."


def _find_quote(text: str) -> str:
    if '"' in text:
        return '"'
    lines = text.splitlines()[:_TRIED]
    wrapped = sum(line.startswith("'") and line.rstrip().endswith("'") for line in lines)
    return "'" if lines and wrapped > 0.8 * len(lines) else '"'


def _regularity(text: str, dialect: Dialect) -> tuple[bool, float, int]:
    records = records_of(text, dialect, _TRIED)
    widths = Counter(len(record) for record in records)
    if not widths:
        return (False, 0.0, 0)
    width, count = widths.most_common(1)[0]
    regular = width > 1 and count >= 0.8 * len(records)
    return (regular, _share_understood(records), width)


def _share_understood(records: Sequence[Record]) -> float:
    """The share of cells, below the first line, that are a number, a time or empty."""
    cells = [cell for record in records[1:] for cell in record]
    if not cells:
        return 0.0
    understood = sum(
        is_missing(cell) or is_number(cell, ".") or is_number(cell, ",") or looks_like_time(cell)
        for cell in cells
    )
    return understood / len(cells)
