"""What a person may correct about the way their file was understood."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields
from typing import Any, ClassVar, Self
from zoneinfo import available_timezones

ENCODINGS = (
    "utf-8",
    "utf-16-le",
    "utf-16-be",
    "cp1252",
    "latin-1",
    "gb18030",
    "shift_jis",
    "big5",
    "euc_kr",
    "cp1251",
)
DELIMITERS = (",", ";", "\t", "|")
FORMATS = ("csv", "json", "xlsx", "parquet", "tfb", "m4")
ORIENTS = ("records", "lines", "columns", "index", "split", "values")
# How far apart the values of an M4 file are; "" numbers them.
FREQUENCIES = ("", "h", "D", "W", "MS", "QS", "YS")
ORDERS = ("dmy", "mdy", "ymd", "ydm")
SHAPES = ("wide", "long")
REPEATED = ("keep", "mean", "sum", "first", "last")
ROLES = (
    "time", "series", "target", "known", "past", "category", "id", "personal", "ignore", "drop",
)  # fmt: skip
TYPES = ("number", "datetime", "boolean", "text")
FAILING = ("missing", "leave_out", "text")
WORDS = ("keep", "missing")
MOST_SKIPPED = 1000
MOST_CORRECTIONS = 100
_NEVER_NULL = frozenset({"columns", "corrections", "leave_out_bad_times", "leave_out_long_rows"})
_KEY = re.compile(r"^c[1-9]\d{0,3}$")
_LONGEST_SHEET, _LONGEST_NAME, _LONGEST_CELL = 255, 200, 200
_CHOICES: dict[str, tuple[str, ...]] = {
    "encoding": ENCODINGS,
    "delimiter": DELIMITERS,
    "decimal": (".", ","),
    "format": FORMATS,
    "orient": ORIENTS,
    "frequency": FREQUENCIES,
    "date_order": ORDERS,
    "layout": SHAPES,
    "repeated": REPEATED,
}


@dataclass(frozen=True)
class ColumnChoice:
    """What a person decided about one column; "" means: as found."""

    name: str = ""
    role: str = ""
    type: str = ""
    failing: str = ""
    words: str = ""

    CHOICES: ClassVar[dict[str, tuple[str, ...]]] = {
        "role": ROLES,
        "type": TYPES,
        "failing": FAILING,
        "words": WORDS,
    }

    @classmethod
    def from_dict(cls, given: dict[str, Any]) -> Self:
        """Take the known, valid entries."""
        kept = {
            name: given[name] for name, known in cls.CHOICES.items() if given.get(name) in known
        }
        name = given.get("name")
        if isinstance(name, str) and name.strip():
            kept["name"] = " ".join(name.split())[:_LONGEST_NAME]
        return cls(**kept)


@dataclass(frozen=True)
class ReadingOptions:
    """None means: find out."""

    header: bool | None = None
    # Rows above the header that belong to no table.
    skip: int | None = None
    day_first: bool | None = None
    decimal: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    leave_out_bad_times: bool = False
    # Of delimited text: rows with more cells than there are columns.
    leave_out_long_rows: bool = False
    # Which format to read it as, when the content fits more than one (a TFB file is also a CSV).
    format: str | None = None
    # Of a workbook, by name; the first visible sheet without it.
    sheet: str | None = None
    # Of a JSON document.
    orient: str | None = None
    # How far apart the steps of a file without dates (M4) are.
    frequency: str | None = None
    # dmy, mdy, ymd or ydm: in which order dates are written.
    date_order: str | None = None
    # IANA name of the zone of times that name none; "" keeps them as written.
    zone: str | None = None
    layout: str | None = None
    # What becomes of rows that share a time.
    repeated: str | None = None
    # Column key → what was decided about it.
    columns: dict[str, ColumnChoice] = field(default_factory=dict)
    # Column key → cell as it stands in the file → what was meant.
    corrections: dict[str, dict[str, str]] = field(default_factory=dict)

    @classmethod
    def from_dict(cls, given: dict[str, Any]) -> Self:
        """Take the known, valid entries of `given`; the rest is left to be found out."""
        known = {entry.name for entry in fields(cls)}
        kept = {name: value for name, value in given.items() if name in known}
        return cls(**{name: _made(name, kept[name]) for name in kept if _fits(name, kept[name])})

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)

    def choice(self, key: str) -> ColumnChoice:
        """What was decided about the column with this key."""
        return self.columns.get(key, _AS_FOUND)


_AS_FOUND = ColumnChoice()
# Nothing decided: find everything out.
AUTOMATIC = ReadingOptions()


def _fits(name: str, value: Any) -> bool:
    if value is None:
        return name not in _NEVER_NULL
    if name in _CHOICES:
        return value in _CHOICES[name]
    test: Callable[[Any], Any] = _TESTS.get(name, _is_truth)
    return bool(test(value))


def _made(name: str, value: Any) -> Any:
    if name == "columns":
        return {key: ColumnChoice.from_dict(choice) for key, choice in value.items()}
    return value


def _is_truth(value: Any) -> bool:
    return isinstance(value, bool)


def _is_sheet(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _LONGEST_SHEET


def _is_skip(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_SKIPPED


def _is_zone(value: Any) -> bool:
    return isinstance(value, str) and (not value or value in available_timezones())


def _are_choices(value: Any) -> bool:
    return isinstance(value, dict) and all(
        isinstance(key, str) and _KEY.match(key) and isinstance(choice, dict)
        for key, choice in value.items()
    )


def _are_corrections(value: Any) -> bool:
    if not isinstance(value, dict) or not all(isinstance(cells, dict) for cells in value.values()):
        return False
    cells = [cell for cells in value.values() for pair in cells.items() for cell in pair]
    fit = all(_is_cell(cell) for cell in cells) and len(cells) <= 2 * MOST_CORRECTIONS
    return fit and all(isinstance(key, str) and _KEY.match(key) for key in value)


def _is_cell(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST_CELL


_TESTS: dict[str, Callable[[Any], Any]] = {
    "sheet": _is_sheet,
    "skip": _is_skip,
    "zone": _is_zone,
    "columns": _are_choices,
    "corrections": _are_corrections,
}
