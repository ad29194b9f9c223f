"""What was understood of a file, as the mapper page and the API show it before an import."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from datasets.clock import Clock
from datasets.mapping.choosing import dated_by, options_of, shown_choice
from datasets.mapping.noticed import noticed
from datasets.masking import mask
from datasets.models import Column, Dataset
from datasets.profile import kept_columns
from datasets.receiving.staging import Staged
from datasets.sniffing.options import ReadingOptions
from datasets.sniffing.reading import DROP, Reading
from datasets.sniffing.times import order_of, orders_of

SAMPLES: Final = 3
EXAMPLES: Final = 3
_MOSTLY_EMPTY: Final = 0.95
Found = dict[str, Any]


@dataclass(frozen=True)
class Example:
    """A cell that could not be read, with its row as a spreadsheet counts."""

    row: int
    text: str


@dataclass(frozen=True)
class MappedColumn:
    """One column of the file and what becomes of it."""

    key: str
    original: str
    name: str
    role: str
    type: str
    samples: list[str]
    # Share of missing cells when hardly anything stands in the column.
    empty_share: float | None
    unread: int
    examples: list[Example]
    failing: str
    words: str
    # Cells of a text column that hold NA or the like, and which.
    word_count: int
    word_list: list[str]

    @property
    def is_left_out(self) -> bool:
        """Does it stay in the file only?"""
        return self.role == DROP

    @property
    def empty_percent(self) -> float:
        """The same in percent."""
        return 100 * (self.empty_share or 0.0)

    @property
    def is_personal(self) -> bool:
        """Are its cells hidden?"""
        return self.role == Column.Role.PERSONAL

    @property
    def first_examples(self) -> list[Example]:
        """Those that always stand there."""
        return self.examples[:EXAMPLES]

    @property
    def more_examples(self) -> list[Example]:
        """Those that open on request."""
        return self.examples[EXAMPLES:]


@dataclass(frozen=True)
class Decisions:
    """What holds for the whole file."""

    date_order: str
    date_orders: list[str]
    order_evidence: dict[str, int]
    order_is_open: bool
    decimal: str
    decimal_example: str
    zone: str
    zone_is_mine: bool
    zone_facts: dict[str, Any]
    has_clock_times: bool
    names_zones: bool
    layout: str
    header: bool
    header_row: int
    notes_above: int
    delimiter: str
    encoding: str
    format: str
    sheets: list[str]
    sheet: str
    repeated: str
    repeated_rows: int
    # Of an M4 file: the step between its values, "" while they are numbered.
    step: str = ""


@dataclass(frozen=True)
class Understood:
    """A file that was read and waits."""

    columns: list[MappedColumn]
    decisions: Decisions
    rows: int
    cells: int
    unread: int
    rows_gone: int
    kept: int
    seconds: float
    series_count: int
    frequency: str
    start: str
    end: str
    time_column: str
    # What was done to cells on the way from another format.
    noticed: list[str] = field(default_factory=list)
    preview: dict[str, list[list[Any]]] = field(default_factory=dict)
    preview_columns: list[MappedColumn] = field(default_factory=list)


def understood(dataset: Dataset, staged: Staged) -> Understood:
    """Put together what was found and what has been decided."""
    found, profile = staged.found, staged.profile
    reading = Reading.from_dict(found["reading"])
    columns = [_mapped(staged, column) for column in found["reading"]["columns"]]
    kept = [column for column in columns if not column.is_left_out]
    return Understood(
        columns=columns,
        decisions=_decisions(dataset, staged, reading, options_of(dataset)),
        rows=found["rows"],
        cells=found["rows"] * len(kept),
        unread=staged.counts["unread"],
        rows_gone=staged.rows_gone,
        kept=len(kept),
        seconds=float(found.get("seconds") or 0.0),
        series_count=int(profile.get("series_count") or 0),
        frequency=str(profile.get("frequency") or ""),
        start=local(profile.get("start"), found),
        end=local(profile.get("end"), found),
        time_column=reading.time_column,
        noticed=noticed(found),
        preview=_preview(found, kept),
        preview_columns=kept[: _width(found)],
    )


def local(text: Any, found: Found) -> str:
    """A stored time on the clock of the file's zone, as ISO text without one."""
    zone = (found.get("zone") or {}).get("zone") or ""
    return Clock(zone).local_text(text or "")


def _mapped(staged: Staged, column: Found) -> MappedColumn:
    found, key = staged.found, column["key"]
    shown = shown_choice(staged, column)
    misfits = found["misfits"].get(key) or {}
    described = found["columns"].get(key) or {}
    words = (found.get("review") or {}).get("words", {}).get(key) or {}
    hide = mask if shown.role == Column.Role.PERSONAL else str
    examples = [
        *(Example(row, hide(text)) for row, text in misfits.get("examples", [])),
        *(Example(row, hide(text)) for row, text in misfits.get("word_examples", [])),
    ]
    return MappedColumn(
        key=key,
        original=column.get("header") or column["name"],
        name=shown.name,
        role=shown.role,
        type=column["type"],
        samples=[hide(text) for text in _samples(found, key, column["type"])],
        empty_share=_empty_share(described, found["rows"]),
        unread=max(int(misfits.get("total", 0)) - int(misfits.get("blanks", 0)), 0),
        examples=sorted(examples, key=lambda example: example.row),
        failing="text" if column.get("fixed") and column["type"] == "text" else shown.failing,
        words=shown.words,
        word_count=int(words.get("count", 0)),
        word_list=list(words.get("words", [])),
    )


def _samples(found: Found, key: str, kind: str) -> list[str]:
    count = 1 if kind == "datetime" else SAMPLES
    return [str(text) for text in (found.get("samples") or {}).get(key, [])[:count]]


def _empty_share(described: Found, rows: int) -> float | None:
    missing = int(described.get("missing") or 0)
    return missing / rows if rows and missing >= _MOSTLY_EMPTY * rows else None


def _width(found: Found) -> int:
    rows = (found.get("review") or {}).get("preview", {}).get("first") or [[]]
    return len(rows[0])


def _preview(found: Found, columns: list[MappedColumn]) -> dict[str, list[list[Any]]]:
    """Rows under first, last and unread; times on the clock of the file, personal data hidden."""
    kinds = {column["key"]: column["type"] for column in kept_columns(found)}
    shown: dict[str, list[list[Any]]] = {}
    for name, rows in ((found.get("review") or {}).get("preview") or {}).items():
        shown[name] = [
            [_shown(cell, column, kinds, found) for cell, column in zip(row, columns, strict=False)]
            for row in rows
        ]
    return shown


def _shown(cell: Any, column: MappedColumn, kinds: dict[str, str], found: Found) -> Any:
    if cell is None:
        return None
    if column.is_personal:
        return mask(str(cell))
    is_time = kinds[column.key] == "datetime" and column.key == found["reading"]["time_column"]
    return local(cell, found) if is_time else cell


def _decisions(
    dataset: Dataset, staged: Staged, reading: Reading, options: ReadingOptions
) -> Decisions:
    found = staged.found
    review = found.get("review") or {}
    time = reading.column(reading.time_column).time if reading.time_column else None
    zoned = int((found.get("time") or {}).get("zoned") or 0)
    return Decisions(
        date_order=order_of(time) if time else "",
        date_orders=list(orders_of(time)) if time else [],
        order_evidence=review.get("order") or {},
        order_is_open=_is_open(found, "day_order_ambiguous"),
        decimal=reading.decimal,
        decimal_example=_decimal_example(found, reading),
        zone=reading.zone,
        zone_is_mine=options.zone is None and bool(reading.zone),
        zone_facts=found.get("zone") or {},
        has_clock_times=_has_clock_times(staged),
        names_zones=zoned > 0,
        layout="long" if found["series_column"] else "wide",
        header=reading.header,
        header_row=reading.skip + 1,
        notes_above=reading.skip,
        delimiter=reading.delimiter,
        encoding=reading.encoding,
        format=reading.format,
        sheets=_sheets(found),
        sheet=str((found.get("facts") or {}).get("sheet") or options.sheet or ""),
        repeated=reading.repeated or "keep",
        repeated_rows=int(review.get("repeated") or 0),
        step=dated_by(found),
    )


def _is_open(found: Found, code: str) -> bool:
    return any(note["code"] == code for note in found["notes"])


def _decimal_example(found: Found, reading: Reading) -> str:
    """A number of the file that shows its decimal mark or its thousands marks."""
    for column in reading.kept:
        if column.type != "number":
            continue
        for text in (found.get("samples") or {}).get(column.key, []):
            if reading.decimal in text:
                return str(text)
    return ""


def _has_clock_times(staged: Staged) -> bool:
    """Do its times name hours, so that a zone matters?"""
    step = staged.profile.get("step_seconds")
    ends = (staged.profile.get("start") or "", staged.profile.get("end") or "")
    whole_days = all(end.endswith("T00:00:00") for end in ends)
    return bool(ends[0]) and not (whole_days and (not step or step >= 86_400))


def _sheets(found: Found) -> list[str]:
    sheets = (found.get("facts") or {}).get("sheets") or []
    return [sheet["name"] if isinstance(sheet, dict) else str(sheet) for sheet in sheets]
