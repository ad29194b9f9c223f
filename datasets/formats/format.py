"""What every file format answers to, and what reading one yields."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from datasets.sniffing.options import ReadingOptions
from datasets.sniffing.reading import Note

if TYPE_CHECKING:
    from datasets.formats.table import Table


class Say(Protocol):
    """Called with `step` and what has been done of how much."""

    def __call__(self, **progress: Any) -> None: ...


@dataclass(frozen=True)
class Native:
    """A column that its file has typed already, as two SQL expressions over that file.

    `type` is number, boolean, datetime or text; `zoned` says that its times named their zone.
    """

    name: str
    type: str
    value: str
    text: str
    zoned: bool = False


@dataclass(frozen=True)
class Extracted:
    """A file brought into a form that is converted like any other.

    Either `text`, a UTF-8 CSV with a header, commas and quotes, or `natives` over the SQL `table`.
    `declared` holds, per column, the type that the file itself names: number, boolean, datetime,
    text or empty; "" leaves it to the cells. Rows count from `starts_at`; `blank_rows` were left
    out of the text.
    """

    text: Path | None = None
    declared: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    starts_at: int = 1
    blank_rows: tuple[int, ...] = ()
    table: str = ""
    rows: int = 0
    natives: tuple[Native, ...] = ()
    # Key of the column that names the series, where the format itself says so.
    series: str = ""
    # What a person may choose from: of a workbook its `sheets` and the `sheet` that was read.
    facts: dict[str, Any] = field(default_factory=dict)


Guard = Callable[[Path], None]
Write = Callable[["Table", Path, Mapping[str, str], Callable[[float], None]], None]


@dataclass(frozen=True)
class Format:
    """A way to write tables down. Its modules are named, not imported: they are heavy."""

    key: str
    label: str
    suffix: str
    endings: tuple[str, ...]
    content_type: str
    # What can be chosen when writing it, with the allowed values; the first is the default.
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    # May it be written piece by piece while it is being sent?
    streams: bool = False
    guard_in: str = ""
    reader: str = ""
    writer: str = ""

    def guard(self, path: Path) -> None:
        """Refuse, from a few cheap looks and without parsing, what must not be opened."""
        if self.guard_in:
            checked: Guard = import_module(self.guard_in).guard
            checked(path)

    def extract(self, source: Path, folder: Path, options: ReadingOptions, say: Say) -> Extracted:
        """Read the file; only ever called in the reading process. Raises Refusal."""
        found: Extracted = import_module(self.reader).extract(source, folder, options, say)
        return found

    def write(
        self,
        table: Table,
        target: Path,
        chosen: Mapping[str, str],
        on_share: Callable[[float], None],
    ) -> None:
        """Write `table` to the file `target`, block by block. Raises Refusal."""
        write: Write = import_module(self.writer).write
        write(table, target, chosen, on_share)
