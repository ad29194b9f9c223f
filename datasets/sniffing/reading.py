"""How a file was understood: everything the full read needs, as plain JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final, Self

# Role of a column that a person leaves out.
DROP: Final = "drop"


@dataclass(frozen=True)
class TimeFormat:
    """How times are written. `kind` is iso, text, quarter, week, unix_s … excel, compact or year.

    `patterns` are strptime patterns for kind text, in the order to try. `day_first` is None when
    the order of day and month cannot matter; `ambiguous` when nothing in the sample decides it.
    """

    kind: str
    patterns: tuple[str, ...] = ()
    day_first: bool | None = None
    ambiguous: bool = False

    @classmethod
    def from_dict(cls, given: dict[str, Any]) -> Self:
        return cls(**{**given, "patterns": tuple(given.get("patterns", ()))})


@dataclass(frozen=True)
class FoundColumn:
    """A column of the file. `type` is number, boolean, datetime, text or empty."""

    key: str
    name: str
    type: str
    time: TimeFormat | None = None
    thousands: bool = False
    # What the header held, when the name had to change.
    header: str = ""
    # What a person decided: role ("drop" leaves the column out), that the type is as they say,
    # what becomes of cells that cannot be read (missing, leave_out), and whether words such as
    # NA stand for no value in a column of text.
    role: str = ""
    fixed: bool = False
    failing: str = ""
    words: str = ""

    @classmethod
    def from_dict(cls, given: dict[str, Any]) -> Self:
        time = given.get("time")
        return cls(**{**given, "time": TimeFormat.from_dict(time) if time else None})


@dataclass(frozen=True)
class Note:
    """Something noticed while reading that a person should see."""

    code: str
    column: str = ""
    count: int = 0
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Reading:
    """How to read one delimited text file. Column keys are `c1…cn`, in file order."""

    encoding: str
    bom: int
    delimiter: str
    quote: str
    decimal: str
    header: bool
    columns: tuple[FoundColumn, ...]
    time_column: str = ""
    leave_out_bad_times: bool = False
    # Rows with more cells than there are columns go, counted; without it they refuse the file.
    leave_out_long_rows: bool = False
    notes: tuple[Note, ...] = ()
    # What the file was before it became a table: a key of `formats.registry`.
    format: str = "csv"
    # Row number, in the file as a person sees it, of the first data row; 0: by the header.
    starts_at: int = 0
    # Rows above the header (or above the first row of data) that belong to no table.
    skip: int = 0
    # IANA name of the zone in which times without one are written; "": kept as written.
    zone: str = ""
    # Key of the column that names the series, "" for none, None: find out.
    series: str | None = None
    # What becomes of rows with the same time: mean, sum, first or last; "": all are kept.
    repeated: str = ""
    # Column key → cell as it stands in the file → what was meant.
    corrections: dict[str, dict[str, str]] = field(default_factory=dict)

    @classmethod
    def from_dict(cls, given: dict[str, Any]) -> Self:
        """The inverse of `to_dict`."""
        columns = tuple(FoundColumn.from_dict(column) for column in given["columns"])
        notes = tuple(Note(**note) for note in given.get("notes", ()))
        return cls(**{**given, "columns": columns, "notes": notes})

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)

    def column(self, key: str) -> FoundColumn:
        """The column with this key."""
        return self.columns[int(key[1:]) - 1]

    def changed(self, key: str, **changes: Any) -> Reading:
        """A reading in which one column is understood differently."""
        columns = tuple(
            replace(column, **changes) if column.key == key else column for column in self.columns
        )
        return replace(self, columns=columns)

    @property
    def first_row(self) -> int:
        """The row number, as a spreadsheet shows it, of the first data row."""
        return self.starts_at or self.skip + (2 if self.header else 1)

    @property
    def kept(self) -> tuple[FoundColumn, ...]:
        """The columns that become part of the dataset."""
        return tuple(column for column in self.columns if column.role != DROP)

    @property
    def leaves_rows_out(self) -> bool:
        """May cells that cannot be read cost their row?"""
        chosen = any(column.failing == "leave_out" for column in self.kept)
        return chosen or self.leave_out_bad_times
