"""Walk the whole file once, in bytes: may DuckDB read it as it is, and how many records are there?

The walk never builds a record. It vouches for UTF-8, equal line ends and well-placed quotes, and
counts records; the strict reader then vouches for the width of each. Anything odd (another
encoding, old line ends, quotes in odd places) is left to `rewrite`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from datasets.refusals import Refusal
from datasets.sniffing.reading import Reading

# Small enough for the caches of a processor, as every byte is looked at several times.
CHUNK = 512 * 1024
_LONGEST_RECORD = 16 * 1024 * 1024
_NEWLINE, _RETURN, _QUOTE = 10, 13, 34
_ZERO, _ONE, _NINE = 48, 49, 57
_BLANKS = np.array([9, 11, 12, 32], dtype=np.uint8)
# A sign or a quote, after which the digits begin.
_MARKS = np.array([_QUOTE, 43, 45], dtype=np.uint8)
Bytes = NDArray[np.uint8]
Positions = NDArray[np.int64]


@dataclass(frozen=True)
class Survey:
    """What the walk found: records including the header, and whether DuckDB may read the file."""

    records: int
    regular: bool
    # No cell begins with a zero before a digit, with a blank, or holds an underscore: numbers
    # mean what they say.
    is_plain: bool = False


def survey(source: Path, reading: Reading, on_bytes: Callable[[int], None]) -> Survey:
    """Count the records of `source`. Raises Refusal at a NUL byte, naming its row."""
    if reading.encoding != "utf-8" or reading.quote != '"' or reading.skip:
        return Survey(0, regular=False)
    walk = _Walk(ord(reading.delimiter))
    with source.open("rb") as file:
        file.seek(reading.bom)
        rest = b""
        while chunk := file.read(CHUNK):
            on_bytes(file.tell())
            rest = walk.take(rest + chunk)
            if not walk.regular:
                return Survey(0, regular=False)
        unclosed = walk.take(rest + (b"\r\n" if walk.returns else b"\n")) if rest else b""
    return Survey(walk.records, walk.regular and not unclosed, walk.is_plain)


class _Walk:
    """Counts record by record; gives up (`regular` = False) at the first oddity."""

    def __init__(self, delimiter: int) -> None:
        self.delimiter = delimiter
        self.records = 0
        self.regular = True
        self.returns: bool | None = None
        self.is_plain = True

    def take(self, block: bytes) -> bytes:
        """Check the whole records at the start of `block` and return what is left over."""
        if b"\0" in block:
            before = block[: block.index(b"\0")]
            raise Refusal("nul_byte", row=self.records + before.count(b"\n") + 1)
        cells = np.frombuffer(block, dtype=np.uint8)
        if b'"' in block:
            records, end = self._quoted_records(cells)
        else:
            records, end = int(np.count_nonzero(cells == _NEWLINE)), block.rfind(b"\n") + 1
        if not end:
            # One record larger than several blocks is an unclosed quote.
            self.regular = self.regular and len(block) < _LONGEST_RECORD
            return block
        whole = block if end == len(block) else block[:end]
        self.regular = self.regular and self._is_even(whole)
        if self.is_plain:
            self.is_plain = b"_" not in whole and not _odd_starts(cells[:end], self.delimiter)
        self.records += records
        return block[end:]

    def _quoted_records(self, cells: Bytes) -> tuple[int, int]:
        """Return (records, end of the last one); newlines inside quotes end nothing."""
        quotes = np.flatnonzero(cells == _QUOTE)
        newlines = np.flatnonzero(cells == _NEWLINE)
        ends = newlines[np.searchsorted(quotes, newlines) % 2 == 0]
        if not _well_placed(quotes, cells, self.delimiter):
            self.regular = False
        return len(ends), int(ends[-1]) + 1 if len(ends) else 0

    def _is_even(self, whole: bytes) -> bool:
        """Is it UTF-8 with one kind of line end and no other returns?"""
        if not whole.isascii():
            try:
                whole.decode("utf-8")
            except UnicodeDecodeError:
                return False
        pairs = whole.count(b"\r\n") if b"\r" in whole else 0
        if pairs and (pairs != whole.count(b"\r") or pairs != whole.count(b"\n")):
            return False
        if not pairs and b"\r" in whole:
            return False
        same = self.returns in {None, bool(pairs)}
        self.returns = bool(pairs)
        return same


def _odd_starts(cells: Bytes, delimiter: int) -> bool:
    """Does any cell begin with a blank, or with a zero before another digit?

    A sign or a quote may stand before the zero. `cells` ends with a line end.
    """
    before, first = cells[:-1], cells[1:]
    # Everything a person may put before the digits of a number sorts below "1".
    candidate = first < _ONE
    candidate &= (before == delimiter) | (before == _NEWLINE)
    places = np.flatnonzero(candidate) + 1
    if cells[0] < _ONE:
        places = np.append(places, 0)
    starts = cells[places]
    blanks = _BLANKS[delimiter != _BLANKS]
    if np.isin(starts, blanks).any():
        return True
    last = len(cells) - 1
    marked = places[np.isin(starts, _MARKS)]
    while len(marked):
        places = np.concatenate([places, marked + 1])
        following = cells[np.minimum(marked + 1, last)]
        if np.isin(following, blanks).any():
            return True
        marked = marked[np.isin(following, _MARKS)] + 1
    zeros = places[cells[np.minimum(places, last)] == _ZERO]
    after = cells[np.minimum(zeros + 1, last)]
    return bool(((after >= _ZERO) & (after <= _NINE)).any())


def _well_placed(quotes: Positions, cells: Bytes, delimiter: int) -> bool:
    """Does every quoted cell begin after a delimiter or line end, and end before one?

    Doubled quotes inside a cell look like a closing and an opening quote that touch.
    """
    opening, closing = quotes[0::2], quotes[1::2]
    breaks = np.array([delimiter, _NEWLINE, _RETURN, _QUOTE], dtype=np.uint8)
    before = opening[opening > 0] - 1
    after = closing[closing < len(cells) - 1] + 1
    return bool(np.isin(cells[before], breaks).all() and np.isin(cells[after], breaks).all())
