"""Copy an irregular text file into a regular one: UTF-8, one line end, equal width, exact cells.

Slower than the survey (record by record) but exact, and the place where faults get their row.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO, Any

from datasets.refusals import Refusal
from datasets.sniffing.dialect import LONGEST_LINE
from datasets.sniffing.reading import Reading

_EVERY = 5000
_REMEMBERED = 10_000
# Rows named by their number when they are left out.
_NAMED = 1000
# How far a file is walked that is refused, to say how many more rows are like the first one.
_COUNTED_FURTHER = 1_000_000


@dataclass
class Rewritten:
    """Records written (with header), short rows filled up, blank lines and long rows left out."""

    records: int = 0
    short_rows: int = 0
    short_examples: list[int] = field(default_factory=list)
    blank_lines: int = 0
    # Rows with more cells than there are columns, which a person said to leave out.
    long_rows: int = 0
    long_examples: list[int] = field(default_factory=list)
    # Row numbers of all that was left out.
    gone_rows: list[int] = field(default_factory=list)
    # Rows above the table, which belong to none.
    skipped: int = 0

    @property
    def next_row(self) -> int:
        """The row number of the record to come."""
        return self.records + self.blank_lines + self.long_rows + self.skipped + 1

    def leave_out_blank(self) -> None:
        self._note_gone()
        self.blank_lines += 1

    def leave_out_long(self) -> None:
        self.long_examples += [self.next_row][: _NAMED - len(self.long_examples)]
        self._note_gone()
        self.long_rows += 1

    def _note_gone(self) -> None:
        self.gone_rows += [self.next_row][: _REMEMBERED - len(self.gone_rows)]


def rewrite(
    source: Path, target: Path, reading: Reading, on_bytes: Callable[[int], None]
) -> Rewritten:
    """Write `source` to `target` as UTF-8 with commas, cells quoted where needed.

    Raises Refusal naming the row of a long row that is not to be left out, an unclosed quote, a
    NUL or a bad byte.
    """
    csv.field_size_limit(LONGEST_LINE)
    done, width = Rewritten(), len(reading.columns)
    with (
        source.open("rb") as file,
        target.open("w", encoding="utf-8", newline="") as out,
        closing(_lines(file, reading, on_bytes)) as lines,
    ):
        write = _writer(out)
        reader = csv.reader(
            lines, delimiter=reading.delimiter, quotechar=reading.quote, strict=True
        )
        records = _guarded(reader, done)
        for record in records:
            if done.skipped < reading.skip:
                done.skipped += 1
            elif _is_blank(record):
                done.leave_out_blank()
            elif not _is_long(record, width):
                write(_fitted(record, width, done))
                done.records += 1
            elif reading.leave_out_long_rows:
                done.leave_out_long()
            else:
                raise _too_long(record, records, reading, done)
    return done


def _writer(out: IO[str]) -> Callable[[list[str]], None]:
    """Writes a record; Python leaves a lone return unquoted, which would end the line."""
    plain = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
    quoted = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)

    def write(record: list[str]) -> None:
        odd = any("\r" in cell for cell in record)
        (quoted if odd else plain).writerow(record)

    return write


def _guarded(reader: Iterator[list[str]], done: Rewritten) -> Iterator[list[str]]:
    """The records; a quoting fault becomes a refusal at the row where its record opens."""
    while True:
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            code = "stray_quote" if "expected after" in str(error) else "unclosed_quote"
            raise Refusal(code, row=done.next_row) from error
        yield record


def _is_blank(record: list[str]) -> bool:
    return not record or (len(record) == 1 and not record[0].strip())


def _is_long(record: list[str], width: int) -> bool:
    """Are there more cells than columns? Delimiters at the end of a line hold nothing."""
    return len(record) > width and any(cell.strip() for cell in record[width:])


def _too_long(
    record: list[str], records: Iterator[list[str]], reading: Reading, done: Rewritten
) -> Refusal:
    """Why the file is refused: its first long row, and how many more follow where that is known."""
    width, long, others = len(reading.columns), 1, 0
    found: dict[str, Any] = {"row": done.next_row, "cells": len(record), "columns": width}
    try:
        for other in islice(records, _COUNTED_FURTHER):
            long += _is_long(other, width)
            others += not _is_blank(other)
        is_whole = next(records, None) is None
    except Refusal:
        # Another fault further on; its turn comes when this one is out of the way.
        is_whole = False
    if is_whole:
        found |= {"count": long, "rows": done.records - int(reading.header) + 1 + others}
    return Refusal("long_row", **found)


def _fitted(record: list[str], width: int, done: Rewritten) -> list[str]:
    """The record with exactly `width` cells: short ones are filled up and counted."""
    if sum(map(len, record)) > LONGEST_LINE - 4 * width:
        raise Refusal("long_line", row=done.next_row)
    if len(record) < width:
        done.short_examples += [done.next_row][: 5 - len(done.short_examples)]
        done.short_rows += 1
        return record + [""] * (width - len(record))
    return record[:width]


def _lines(
    file: IO[bytes], reading: Reading, on_bytes: Callable[[int], None]
) -> Generator[str, None, None]:
    """Decoded lines with their ends, whichever those are; refuses bytes that are no text."""
    file.seek(reading.bom)
    text = io.TextIOWrapper(file, encoding=reading.encoding, errors="strict", newline="")
    row = 1
    try:
        while line := _next_line(text, reading, row):
            if "\0" in line:
                raise Refusal("nul_byte", row=row)
            if row % _EVERY == 0:
                on_bytes(file.tell())
            row += 1
            yield line
    finally:
        text.detach()


def _next_line(text: io.TextIOWrapper, reading: Reading, row: int) -> str:
    try:
        line = text.readline(LONGEST_LINE)
    except UnicodeDecodeError as error:
        # Whole lines before the bad block were handed out; the rest stands inside the block.
        row += error.object[: error.start].count(b"\n")
        code = "bad_byte" if reading.encoding == "utf-8" else "bad_encoding"
        byte = f"0x{error.object[error.start]:02X}" if error.object else ""
        raise Refusal(code, row=row, byte=byte, encoding=reading.encoding) from error
    if len(line) >= LONGEST_LINE:
        raise Refusal("long_line", row=row)
    return line
