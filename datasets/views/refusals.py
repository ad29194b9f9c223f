"""A file that was not imported: why, the rows around the place, and how it was read."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import islice
from typing import Any, Final, cast

from django.core.files.storage import default_storage
from django.utils.translation import gettext

from datasets.models import Dataset

AROUND: Final = 2
# Looking further into a file would make the page wait.
FURTHEST_ROW: Final = 200_000
MOST_COLUMNS: Final = 12
LONGEST_CELL: Final = 60


@dataclass(frozen=True)
class Shown:
    """One cell of the excerpt."""

    text: str
    is_bad: bool


@dataclass(frozen=True)
class Line:
    """One row of the excerpt, numbered as a spreadsheet does."""

    number: int
    is_bad: bool
    cells: list[Shown]


@dataclass(frozen=True)
class Fact:
    """Something known about the file."""

    label: str
    value: str


@dataclass(frozen=True)
class RefusedFile:
    """What the page of a refused file shows."""

    sentence: str
    is_about_times: bool
    names: list[str]
    excerpt: list[Line]
    facts: list[Fact]


def refusal(dataset: Dataset) -> RefusedFile:
    """Why `dataset` was not imported, with the rows around the place where that is known."""
    reading = dataset.reading
    where = dataset.metadata.get("error_at") or {}
    columns = [str(column.get("name", "")) for column in reading.get("columns", [])]
    excerpt = _excerpt(dataset, where, columns) if where.get("row") else []
    width = max((len(line.cells) for line in excerpt), default=0)
    return RefusedFile(
        sentence=_sentence(dataset),
        is_about_times=where.get("code") == "bad_time",
        names=(columns + [""] * width)[:width],
        excerpt=excerpt,
        facts=_facts(reading),
    )


def _sentence(dataset: Dataset) -> str:
    """The reason without the file's name, which stands above it already."""
    reason = dataset.error_sentence.removeprefix(f"{dataset.filename}: ")
    return reason[:1].upper() + reason[1:]


def _excerpt(dataset: Dataset, where: dict[str, Any], columns: list[str]) -> list[Line]:
    bad_row = int(where["row"])
    first = max(bad_row - AROUND, 1)
    if bad_row > FURTHEST_ROW or not default_storage.exists(dataset.file_path):
        return []
    reading = dataset.reading
    try:
        with default_storage.open(dataset.file_path, "rb") as stored:
            stored.read(int(reading.get("bom") or 0))
            text = TextIOWrapper(
                cast("Any", stored), encoding=reading.get("encoding") or "utf-8", newline=""
            )
            rows = csv.reader(text, delimiter=reading.get("delimiter") or ",")
            found = list(islice(rows, first - 1, bad_row + AROUND))
            text.detach()
    except (csv.Error, UnicodeError, OSError):
        return []
    bad = columns.index(where["column"]) if where.get("column") in columns else -1
    return [
        Line(
            number=first + offset,
            is_bad=first + offset == bad_row,
            cells=[
                Shown(cell[:LONGEST_CELL], first + offset == bad_row and position == bad)
                for position, cell in enumerate(row[:MOST_COLUMNS])
            ],
        )
        for offset, row in enumerate(found)
    ]


def _facts(reading: dict[str, Any]) -> list[Fact]:
    if not reading:
        return []
    separators = {
        ",": gettext("comma"),
        ";": gettext("semicolon"),
        "\t": gettext("tab"),
        "|": gettext("vertical bar"),
    }
    marks = {".": gettext("point"), ",": gettext("comma")}
    delimiter, decimal = str(reading.get("delimiter")), str(reading.get("decimal"))
    return [
        Fact(gettext("Encoding"), str(reading.get("encoding", "")).upper()),
        Fact(gettext("Separator"), separators.get(delimiter, delimiter)),
        Fact(gettext("Decimal mark"), marks.get(decimal, decimal)),
        Fact(gettext("Columns"), str(len(reading.get("columns", [])))),
    ]
