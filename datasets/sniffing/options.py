"""What a person may correct about the way their file was understood."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any, Self

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
FREQUENCIES = ("h", "D", "W", "MS", "QS", "YS")
_LONGEST_SHEET = 255
_CHOICES: dict[str, tuple[str, ...]] = {
    "encoding": ENCODINGS,
    "delimiter": DELIMITERS,
    "decimal": (".", ","),
    "format": FORMATS,
    "orient": ORIENTS,
    "frequency": FREQUENCIES,
}


@dataclass(frozen=True)
class ReadingOptions:
    """None means: find out."""

    header: bool | None = None
    day_first: bool | None = None
    decimal: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    leave_out_bad_times: bool = False
    # Which format to read it as, when the content fits more than one (a TFB file is also a CSV).
    format: str | None = None
    # Of a workbook, by name; the first visible sheet without it.
    sheet: str | None = None
    # Of a JSON document.
    orient: str | None = None
    # How far apart the steps of a file without dates (M4) are.
    frequency: str | None = None

    @classmethod
    def from_dict(cls, given: dict[str, Any]) -> Self:
        """Take the known, valid entries of `given`; the rest is left to be found out."""
        known = {field.name for field in fields(cls)}
        kept = {name: value for name, value in given.items() if name in known}
        return cls(**{name: value for name, value in kept.items() if _is_valid(name, value)})

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def _is_valid(name: str, value: Any) -> bool:
    if name in _CHOICES:
        return value in _CHOICES[name]
    if name == "sheet":
        return isinstance(value, str) and 0 < len(value) <= _LONGEST_SHEET
    return isinstance(value, bool)
