"""Titles and notes that stand above a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from datasets.sniffing.columns import has_header
from datasets.sniffing.dialect import Record

_FURTHEST = 30
_FEWEST_BELOW = 2


def notes_above(records: Sequence[Record], decimal: str) -> int:
    """How many records stand above the header; 0 unless a header of full width follows them.

    A record belongs above the table when at most half as many of its cells hold something as
    the table has columns. Without a header below, nothing is skipped: a name may be missing.
    """
    widths = Counter(len(record) for record in records)
    width, count = widths.most_common(1)[0]
    if width < 2 or count < _FEWEST_BELOW:
        return 0
    above = 0
    for record in records[:_FURTHEST]:
        if _filled(record) > max(1, width // 2):
            break
        above += 1
    rest = records[above:]
    if not above or len(rest) < _FEWEST_BELOW or len(rest[0]) != width:
        return 0
    is_named = _filled(rest[0]) == width and has_header(rest, decimal)
    return above if is_named else 0


def _filled(record: Record) -> int:
    return sum(bool(cell.strip()) for cell in record)
