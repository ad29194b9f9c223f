"""A file that was not imported: why, the rows around the place, and how it was read."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from io import TextIOWrapper
from itertools import islice
from typing import Any, Final, cast

from django.core.files.storage import default_storage
from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_safe

from accounts.ownership import fetch_visible
from accounts.problems import Conflict
from accounts.requests import AuthenticatedHttpRequest
from datasets.formats.guards import harmless
from datasets.masking import mask
from datasets.models import Dataset
from datasets.quality.personal import find_personal
from datasets.receiving import fixes

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
    is_number: bool = False


@dataclass(frozen=True)
class Head:
    """A column of the excerpt; cells beyond the last column have no name."""

    name: str
    is_number: bool


@dataclass(frozen=True)
class Place:
    """The cell that was refused."""

    row: int
    column: str
    text: str


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
    is_bad: bool = False


@dataclass(frozen=True)
class FoundColumn:
    """What could be read of one column of a refused file."""

    name: str
    words: str
    is_whole: bool


@dataclass(frozen=True)
class RefusedFile:
    """What the page of a refused file shows."""

    headline: str
    place: Place | None
    sentence: str
    heads: list[Head]
    excerpt: list[Line]
    facts: list[Fact]
    columns: list[FoundColumn]
    fixes: list[fixes.Fix]
    reference: str

    @property
    def bad_line(self) -> Line | None:
        """The row it is about."""
        return next((line for line in self.excerpt if line.is_bad), None)


def refusal(dataset: Dataset) -> RefusedFile:
    """Why `dataset` was not imported, with the rows around the place where that is known."""
    where = dataset.metadata.get("error_at") or {}
    reading = dataset.reading
    known = reading.get("columns", [])
    columns = [str(column.get("name", "")) for column in known]
    excerpt = _around(where, columns)
    if not excerpt and where.get("row") and dataset.format == Dataset.Format.CSV:
        excerpt = _excerpt(dataset, where, columns)
    width = max((len(line.cells) for line in excerpt), default=0)
    heads = [Head(str(c.get("name", "")), c.get("type") == "number") for c in known[:width]]
    heads += [Head("", is_number=False)] * (width - len(heads))
    return RefusedFile(
        headline=_headline(where),
        place=_place(where),
        sentence=_sentence(dataset, where),
        heads=heads,
        excerpt=[_under(heads, line) for line in excerpt],
        facts=[*_counts(where), *_facts(reading)],
        columns=[_read_column(column, where) for column in where.get("read") or []],
        fixes=fixes.fixes(dataset),
        reference=_reference(dataset),
    )


@require_safe
def refused_row(request: AuthenticatedHttpRequest, pk: str) -> HttpResponse:
    """`/data/<pk>/refused-row/`: the row that was refused, with its number, as a CSV file."""
    dataset = fetch_visible(Dataset.objects.select_related("job"), request.user, pk=pk)
    found = refusal(dataset)
    if found.bad_line is None:
        raise Conflict(gettext("No row of this file was refused. Open its page to see its state."))
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=f"{dataset.name}-row-{found.bad_line.number}.csv"
    )
    writer = csv.writer(answer)
    writer.writerow(["row", *(harmless(head.name) for head in found.heads)])
    writer.writerow(
        [
            found.bad_line.number,
            *(harmless(cell.text, may_be_number=True) for cell in found.bad_line.cells),
        ]
    )
    return answer


def _headline(where: dict[str, Any]) -> str:
    """What is wrong, in a few words after the name of the file."""
    count = int(where.get("count") or 1)
    if where.get("code") == "bad_time":
        words = ngettext("%(count)s date does not exist", "%(count)s dates do not exist", count)
    elif where.get("code") == "long_row" and where.get("count"):
        words = ngettext(
            "%(count)s row has too many cells", "%(count)s rows have too many cells", count
        )
    else:
        return ""
    return words % {"count": f"{count:,}"}


def _reference(dataset: Dataset) -> str:
    """What support needs to find the reading in the log."""
    if dataset.job is None:
        return ""
    return f"IMP-{dataset.job.created_at:%Y-%m%d}-{str(dataset.job.pk)[:8]}"


def _counts(where: dict[str, Any]) -> list[Fact]:
    if not where.get("rows"):
        return []
    return [
        Fact(gettext("Rows read"), f"{int(where['rows']):,}"),
        Fact(gettext("Rows refused"), f"{int(where.get('count') or 1):,}", is_bad=True),
    ]


def _read_column(column: dict[str, Any], where: dict[str, Any]) -> FoundColumn:
    count, rows = int(column["read"]), int(where.get("rows") or 0)
    is_bad = column["name"] == where.get("column")
    if is_bad:
        words = gettext("%(count)s of %(rows)s") % {"count": f"{count:,}", "rows": f"{rows:,}"}
    elif column["type"] == "number":
        words = ngettext("%(count)s number", "%(count)s numbers", count) % {"count": f"{count:,}"}
    else:
        words = ngettext("%(count)s cell", "%(count)s cells", count) % {"count": f"{count:,}"}
    return FoundColumn(str(column["name"]), words, not is_bad)


def _around(where: dict[str, Any], columns: list[str]) -> list[Line]:
    """The rows that the reading process brought along."""
    return [
        Line(
            number=number,
            is_bad=number == where.get("row"),
            cells=[
                Shown(
                    text,
                    number == where.get("row") and columns[position : position + 1] == [column],
                )
                for position, text in enumerate(_masked(cells, columns))
            ],
        )
        for column in [where.get("column")]
        for number, *cells in where.get("around") or []
    ]


def _masked(cells: list[str], columns: list[str]) -> list[str]:
    """The cells with those of personal columns hidden.

    In a row with too many cells nobody knows where the extra one stands, so that from the first
    personal column on each may be of another.
    """
    hidden = [bool(find_personal(name, [])) for name in columns]
    if len(cells) > len(columns) and any(hidden):
        first = hidden.index(True)
        hidden = [position >= first for position in range(len(cells))]
    hidden += [False] * (len(cells) - len(hidden))
    return [
        mask(text) if text and is_hidden else text
        for text, is_hidden in zip(cells, hidden, strict=False)
    ]


def _place(where: dict[str, Any]) -> Place | None:
    if where.get("code") != "bad_time" or not where.get("text"):
        return None
    return Place(int(where["row"]), str(where.get("column")), str(where["text"]))


def _under(heads: list[Head], line: Line) -> Line:
    """The line with a cell under each head, numbers marked as such."""
    missing = [Shown("", is_bad=False)] * (len(heads) - len(line.cells))
    cells = [
        replace(cell, is_number=head.is_number)
        for head, cell in zip(heads, [*line.cells, *missing], strict=True)
    ]
    return replace(line, cells=cells)


def _sentence(dataset: Dataset, where: dict[str, Any]) -> str:
    """The reason without the file's name and without the place, which stand before it already."""
    if _place(where):
        return fixes.why(where)
    whole = dataset.error_sentence
    # Chinese puts another colon behind it.
    reason = whole.removeprefix(dataset.filename).lstrip(":： ")
    if not whole.startswith((f"{dataset.filename}:", f"{dataset.filename}：")):
        # It begins with the name of the file, which is no word to capitalise.
        return whole
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
    bad: Sequence[int] = [columns.index(where["column"])] if where.get("column") in columns else []
    if where.get("code") == "long_row":
        bad = range(len(columns), MOST_COLUMNS)
    return [
        Line(
            number=first + offset,
            is_bad=first + offset == bad_row,
            cells=[
                Shown(cell[:LONGEST_CELL], first + offset == bad_row and position in bad)
                for position, cell in enumerate(_masked(row, columns)[:MOST_COLUMNS])
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
