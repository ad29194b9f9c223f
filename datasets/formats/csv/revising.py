"""What the sample promised and the whole file does not keep: the plan of a column changes.

Plans only ever widen, so converting again ends.
"""

from __future__ import annotations

from dataclasses import replace

from datasets.formats.csv.misfits import Misfits
from datasets.refusals import Refusal
from datasets.sniffing.reading import FoundColumn, Note, Reading
from datasets.sniffing.times import other_order

# More filled cells than this share unreadable: the column is not of that type.
_MOST_UNREADABLE = 0.1


def revised(reading: Reading, misfits: dict[str, Misfits], rows: int, notes: list[Note]) -> Reading:
    """The reading with the plan of every column changed that its cells contradict."""
    for key, found in misfits.items():
        column = reading.column(key)
        if column.type == "datetime":
            reading = _revised_time(reading, column, found, rows, notes)
        elif column.type in {"number", "empty", "boolean"}:
            reading = _revised_value(reading, column, found, rows, notes)
    return reading


def _revised_value(
    reading: Reading, column: FoundColumn, found: Misfits, rows: int, notes: list[Note]
) -> Reading:
    if column.fixed:
        return reading
    if column.type != "boolean" and found.keep_text:
        notes.append(Note("kept_as_text", column.key, found.keep_text))
        return reading.changed(column.key, type="text")
    if column.type != "boolean" and found.grouped and not column.thousands:
        return reading.changed(column.key, thousands=True)
    readable = found.unreadable - found.infinite
    if column.type == "empty" and readable:
        return reading.changed(column.key, type="text")
    if readable > _MOST_UNREADABLE * max(rows - found.missing_words, 1):
        notes.append(Note("mixed_as_text", column.key, readable))
        return reading.changed(column.key, type="text")
    return reading


def _revised_time(
    reading: Reading, column: FoundColumn, found: Misfits, rows: int, notes: list[Note]
) -> Reading:
    if not found.unreadable:
        return reading
    time = column.time
    if time and time.ambiguous:
        # The other order once; after that the reading is no longer in doubt.
        return reading.changed(column.key, time=replace(other_order(time), ambiguous=False))
    is_the_time = column.key == reading.time_column
    if not is_the_time and not column.fixed and found.unreadable > _MOST_UNREADABLE * rows:
        notes.append(Note("mixed_as_text", column.key, found.unreadable))
        return reading.changed(column.key, type="text", time=None)
    if is_the_time and not (reading.leave_out_bad_times or column.failing):
        row, text = found.examples[0]
        raise Refusal("bad_time", column=column.name, row=row, text=text, count=found.unreadable)
    return reading
