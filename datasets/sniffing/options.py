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


@dataclass(frozen=True)
class ReadingOptions:
    """None means: find out."""

    header: bool | None = None
    day_first: bool | None = None
    decimal: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    leave_out_bad_times: bool = False

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
    if name == "encoding":
        return value in ENCODINGS
    if name == "delimiter":
        return value in DELIMITERS
    if name == "decimal":
        return value in {".", ","}
    return isinstance(value, bool)
