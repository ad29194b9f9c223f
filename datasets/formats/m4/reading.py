"""M4's wide form, one series a row: `V1` names it, then come its values, without any date.

It becomes a long table. When the step between values is known, from the file's name or from a
person, they are dated from 2000-01-01, and that is said; otherwise they are numbered.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from datasets.formats.cells import DATE, EMPTY, NUMBER, TEXT, Cell
from datasets.formats.format import Extracted, Say
from datasets.formats.plain import PlainText
from datasets.refusals import Refusal
from datasets.sniffing.cells import is_missing, is_number
from datasets.sniffing.dialect import LONGEST_LINE
from datasets.sniffing.encoding import find_encoding
from datasets.sniffing.options import ReadingOptions
from datasets.sniffing.reading import Note

_START = datetime(2000, 1, 1)  # noqa: DTZ001 - made up, and of no zone
_STEPS = {"h": timedelta(hours=1), "D": timedelta(days=1), "W": timedelta(weeks=1)}
_MONTHS = {"MS": 1, "QS": 3, "YS": 12}
_WORDS = {
    "hourly": "h",
    "daily": "D",
    "weekly": "W",
    "monthly": "MS",
    "quarterly": "QS",
    "yearly": "YS",
}
_LAST_YEAR = 9999
_MOST_SERIES = 1_000_000
_EVERY = 50


def frequency_in(filename: str) -> str | None:
    """The step that the name of an M4 file tells: `Hourly-train.csv` → "h"."""
    words = re.split(r"[^a-z]+", filename.lower())
    return next((step for word, step in _WORDS.items() if word in words), None)


def extract(source: Path, folder: Path, options: ReadingOptions, say: Say) -> Extracted:
    """Write one line per value. Raises Refusal naming row and column of a cell that is none."""
    total = source.stat().st_size
    target = folder / "extracted.csv"
    csv.field_size_limit(LONGEST_LINE)
    with (
        source.open("rb") as raw,
        io.TextIOWrapper(raw, encoding=_codec(source, options), newline="") as file,
        PlainText(target) as table,
    ):
        table.open_all(["series", "time" if options.frequency else "step", "value"])
        for row in _write(table, csv.reader(file), _Times(options.frequency or None)):
            if row % _EVERY == 0:
                say(step="reading", bytes=min(raw.tell(), total), bytes_total=total)
        declared, notes = table.finish()
    dated = Note("dated", "c2", params={"frequency": options.frequency, "start": "2000-01-01"})
    notes.append(dated if options.frequency else Note("numbered", "c2"))
    kinds = ("text", "datetime" if options.frequency else "number", declared[2])
    return Extracted(text=target, declared=kinds, notes=tuple(notes), starts_at=2, series="c1")


def _write(table: PlainText, reader: Iterator[list[str]], times: _Times) -> Iterator[int]:
    """Write series after series; yields the row of each."""
    names: set[str] = set()
    for row, (name, values) in enumerate(_series(reader), 2):
        if name in names:
            raise Refusal("series_twice", row=row, series=name[:80])
        names.add(name)
        if len(names) > _MOST_SERIES:
            raise Refusal("too_many_series", count=len(names), limit=_MOST_SERIES)
        for step, cell in enumerate(_cells(values, row)):
            table.placed([(TEXT, name), times.at(step), cell])
        yield row


def _codec(source: Path, options: ReadingOptions) -> str:
    """As the file is opened from its start, the codec skips a byte order mark by itself."""
    with source.open("rb") as start:
        head = start.read(1024 * 1024)
        complete = not start.read(1)
    name = find_encoding(head, complete=complete, wanted=options.encoding).name
    return {"utf-8": "utf-8-sig", "utf-16-le": "utf-16", "utf-16-be": "utf-16"}.get(name, name)


def _series(reader: Iterator[list[str]]) -> Iterator[tuple[str, list[str]]]:
    """(name, values without the padding at the end) of each row."""
    row = 1
    try:
        width = len(next(reader, []))
        for record in reader:
            row += 1
            if len(record) > width:
                raise Refusal("long_record", row=row, cells=len(record), columns=width)
            while record and not record[-1].strip():
                record.pop()
            if not record:
                continue
            if len(record) < 2:
                raise Refusal("empty_series", row=row, series=record[0][:80])
            yield record[0], record[1:]
    except csv.Error as error:
        raise Refusal("unclosed_quote", row=row + 1) from error
    except UnicodeDecodeError as error:
        raise Refusal("bad_byte", row=row + 1, byte=f"0x{error.object[error.start]:02X}") from error


def _cells(values: list[str], row: int) -> Iterator[Cell]:
    for place, text in enumerate(values, 2):
        if is_number(text, "."):
            yield NUMBER, text.strip()
        elif is_missing(text):
            yield EMPTY
        else:
            raise Refusal("not_a_number", row=row, column=f"V{place}", text=text[:80])


class _Times:
    """Step → its made-up time, or its number from 1; worked out once for all series."""

    def __init__(self, frequency: str | None) -> None:
        self._frequency = frequency
        self._known: list[Cell] = []

    def at(self, step: int) -> Cell:
        """The cell that says when value number `step` (from 0) was."""
        while step >= len(self._known):
            self._known.append(self._made(len(self._known)))
        return self._known[step]

    def _made(self, step: int) -> Cell:
        if self._frequency is None:
            return NUMBER, str(step + 1)
        if self._frequency in _STEPS:
            return DATE, (_START + step * _STEPS[self._frequency]).isoformat(" ")
        months = step * _MONTHS[self._frequency]
        year = _START.year + months // 12
        if year > _LAST_YEAR:
            raise Refusal("too_long_for_dates", steps=step)
        return DATE, f"{year:04d}-{months % 12 + 1:02d}-01 00:00:00"
