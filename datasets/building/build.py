"""From a file to everything a version consists of: typed rows, profile, pyramid."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from datasets.building.arrange import arrange
from datasets.building.describe import Described, Table, describe
from datasets.building.duck import connect
from datasets.building.facts import file_hash, series_of, time_of
from datasets.building.layout import Layout
from datasets.building.opening import Asked, open_source
from datasets.building.review import review, samples
from datasets.building.type_rows import type_rows
from datasets.formats.csv.convert import Converted
from datasets.formats.csv.rewrite import Rewritten
from datasets.formats.format import Say
from datasets.sniffing.options import AUTOMATIC, ReadingOptions
from datasets.sniffing.reading import Note, Reading

DATA, LEVELS = "data.parquet", "levels"


@dataclass(frozen=True)
class Request:
    """What to read, how, and the empty folder for the results."""

    source: Path
    folder: Path
    # None: find out here, as for every format that only this process may open.
    reading: Reading | None
    # Will a person look at it before it is imported?
    review: bool = False
    # What a person says about the file, and its name: used where `reading` is to be found.
    options: ReadingOptions = AUTOMATIC
    filename: str = ""

    @classmethod
    def from_dict(cls, given: dict[str, Any]) -> Request:
        """The inverse of `to_dict`."""
        reading = given.get("reading")
        return cls(
            Path(given["source"]),
            Path(given["folder"]),
            Reading.from_dict(reading) if reading else None,
            bool(given.get("review")),
            ReadingOptions.from_dict(given.get("options") or {}),
            str(given.get("filename", "")),
        )

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "source": str(self.source),
            "folder": str(self.folder),
            "reading": self.reading.to_dict() if self.reading else None,
            "review": self.review,
            "options": self.options.to_dict(),
            "filename": self.filename,
        }


def build(request: Request, say: Say) -> dict[str, Any]:
    """Write `data.parquet` and `levels/` into the folder and return what was found.

    Raises Refusal with row and column.
    """
    scratch = request.folder / "scratch"
    for folder in (scratch, request.folder / LEVELS):
        folder.mkdir()
    connection = connect(scratch=scratch)
    asked = Asked(request.options, request.filename)
    opened = open_source(request.source, request.folder, request.reading, asked, say)
    converted, rewritten, plan = type_rows(connection, opened, request.folder, say)
    arranged = arrange(
        connection, plan, converted, request.folder / DATA, lambda: say(step="sorting")
    )
    converted, target, layout = arranged.converted, arranged.path, arranged.layout
    table = Table(target, converted.rows, request.folder / LEVELS)
    types = {column.key: column.type for column in converted.reading.kept}
    described = describe(
        connection, table, types, lambda share: say(step="describing", share=share)
    )
    found = _found(converted, rewritten, layout, described)
    series = layout.series_column
    found["time"] = time_of(connection, target, converted.reading, series)
    found["series"] = series_of(connection, target, converted.reading, series)
    found["zone"] = arranged.zone
    found["facts"] = opened.facts
    found["samples"] = samples(connection, plan, converted.reading)
    if request.review:
        found["review"] = review(connection, plan, target, converted.reading, layout)
    found |= {"file": target.name, "size": target.stat().st_size, "hash": file_hash(target)}
    return found


def _found(
    converted: Converted,
    rewritten: Rewritten,
    layout: Layout,
    described: dict[str, Described],
) -> dict[str, Any]:
    notes = [*converted.reading.notes, *converted.notes]
    if rewritten.short_rows:
        examples = {"rows": rewritten.short_examples}
        notes.append(Note("short_rows", "", rewritten.short_rows, examples))
    if rewritten.blank_lines:
        notes.append(Note("blank_lines", "", rewritten.blank_lines))
    if rewritten.long_rows:
        named = {"rows": rewritten.long_examples, "total": rewritten.long_rows}
        notes.append(Note("long_rows", "", rewritten.long_rows, named))
    if layout.steps_back:
        notes.append(Note("sorted", converted.reading.time_column, layout.steps_back))
    return {
        "rows": converted.rows,
        "reading": converted.reading.to_dict(),
        "notes": [asdict(note) for note in notes],
        "series_column": layout.series_column,
        "sorted": not layout.is_sorted,
        "columns": {key: asdict(column) for key, column in described.items()},
        "misfits": {
            key: {**asdict(misfits), "unreadable": misfits.unreadable}
            for key, misfits in converted.misfits.items()
        },
    }
