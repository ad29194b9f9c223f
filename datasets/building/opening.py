"""Whatever a file is, it is opened into one of two forms: regular text, or columns typed already.

Both say how they are to be read, and what was noticed on the way.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from datasets.building.declared import as_declared, as_native
from datasets.formats.format import Extracted, Format, Native, Say
from datasets.formats.m4.reading import frequency_in
from datasets.formats.registry import ending_disagrees, format_of, identify
from datasets.refusals import Refusal
from datasets.sniffing.options import AUTOMATIC, ReadingOptions
from datasets.sniffing.reading import Note, Reading
from datasets.sniffing.sniff import HEAD_BYTES, sniff

# Said by the sniffer about text that we wrote ourselves.
_OUR_OWN = frozenset({"header_assumed", "encoding_guessed", "no_header"})


@dataclass(frozen=True)
class Asked:
    """What a person says about the file, and what they call it."""

    options: ReadingOptions = AUTOMATIC
    filename: str = ""


@dataclass(frozen=True)
class Opened:
    """Text at `source`, or `natives` over the SQL `table`; and how to read it."""

    source: Path
    reading: Reading
    blank_rows: tuple[int, ...] = ()
    table: str = ""
    rows: int = 0
    natives: tuple[Native, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)


def open_source(
    source: Path, folder: Path, reading: Reading | None, asked: Asked, say: Say
) -> Opened:
    """Open the file into an empty part of `folder`. Raises Refusal.

    A `reading` that is given holds for text; of other formats it settles the columns.
    """
    if reading is not None and reading.format == "csv":
        return Opened(source, _noted(reading, format_of("csv"), asked.filename))
    options = asked.options
    format = _format(source, reading, asked)
    if format.key == "csv":
        return Opened(source, _noted(_sniffed(source, options), format, asked.filename))
    if format.key == "m4" and options.frequency is None:
        options = replace(options, frequency=frequency_in(asked.filename))
    extracted = format.extract(source, folder, options, say)
    opened = _opened(extracted, replace(asked, options=options), format)
    return opened if reading is None else _as_given(opened, reading)


def _format(source: Path, reading: Reading | None, asked: Asked) -> Format:
    if reading is not None:
        return format_of(reading.format)
    with source.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head.strip():
        raise Refusal("no_rows")
    return identify(head, asked.filename, asked.options.format)


def _sniffed(source: Path, options: ReadingOptions, *, is_text: bool = False) -> Reading:
    with source.open("rb") as file:
        head = file.read(HEAD_BYTES)
        complete = not file.read(1)
    return sniff(head, complete=complete, options=options, is_text=is_text)


def _opened(extracted: Extracted, asked: Asked, format: Format) -> Opened:
    if extracted.text is None:
        reading = as_native(extracted, asked.options)
    else:
        options = replace(
            asked.options, header=True, skip=0, delimiter=",", encoding="utf-8", decimal="."
        )
        found = _sniffed(extracted.text, options, is_text=True)
        reading = as_declared(found, extracted.declared)
    notes = tuple(note for note in reading.notes if note.code not in _OUR_OWN)
    reading = replace(
        reading,
        format=format.key,
        starts_at=extracted.starts_at,
        notes=(*notes, *extracted.notes),
        series=reading.series if reading.series is not None else extracted.series or None,
    )
    return Opened(
        source=extracted.text or Path(),
        reading=_noted(reading, format, asked.filename),
        blank_rows=extracted.blank_rows,
        table=extracted.table,
        rows=extracted.rows,
        natives=extracted.natives,
        facts=extracted.facts,
    )


def _noted(reading: Reading, format: Format, filename: str) -> Reading:
    """A name that promises something else is worth a word; the content decided."""
    ending = ending_disagrees(format, filename)
    if not ending:
        return reading
    note = Note("content_decided", params={"ending": ending, "label": format.label})
    return replace(reading, notes=(*reading.notes, note))


def _as_given(opened: Opened, reading: Reading) -> Opened:
    """What a person settled about the columns stands, as long as they are the same columns."""
    if len(reading.columns) != len(opened.reading.columns):
        return opened
    notes = opened.reading.notes
    kept = replace(reading, notes=notes, starts_at=opened.reading.starts_at)
    return replace(opened, reading=kept)
