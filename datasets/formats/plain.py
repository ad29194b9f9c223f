"""The text that other formats become: UTF-8, commas, quotes, a header, rows of equal width."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import IO, Self

from datasets.formats.cells import DATE, NESTED, NULL, NUMBER, TEXT, TRUTH, Cell
from datasets.formats.guards import harmless
from datasets.refusals import Refusal
from datasets.sniffing.cells import is_missing
from datasets.sniffing.dialect import LONGEST_LINE
from datasets.sniffing.reading import Note
from datasets.sniffing.sniff import MOST_COLUMNS

# Above this share of other cells a column is no longer of one type.
_MOST_OTHERS = 0.1


class PlainText:
    """Writes rows whose columns become known on the way; `finish` evens them out."""

    def __init__(self, path: Path, *, starts_at: int = 1, guarded: bool = True) -> None:
        """`guarded`: in this format names that look like formulas have an apostrophe already."""
        self._guarded = guarded
        self._path = path
        self._rows_path = path.with_suffix(".rows")
        self._file: IO[str] = self._rows_path.open("w", encoding="utf-8", newline="")
        self._write = _row_writer(self._file)
        self._starts_at = starts_at
        self._first_width = -1
        self._places: dict[str, int] = {}
        self._kinds: list[Counter[str]] = []
        self._empty_texts = 0
        self.rows = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._file.close()

    def named(self, pairs: Iterable[tuple[str, Cell]]) -> None:
        """Add a row given as (name, cell); a name that is new opens a column."""
        cells: list[Cell] = [(NULL, "")] * len(self._places)
        seen = set()
        for name, cell in pairs:
            place = self._places.get(name)
            if place is None:
                place = self._open(name)
                cells.append((NULL, ""))
            if place in seen:
                raise Refusal("duplicate_key", row=self.rows + 1, key=name[:80])
            seen.add(place)
            cells[place] = cell
        self.placed(cells)

    def placed(self, cells: Sequence[Cell]) -> None:
        """Add a row given in the order of the columns."""
        texts = []
        for place, (kind, text) in enumerate(cells):
            self._kinds[place][self._judged(kind, text)] += 1
            texts.append(text)
        if self._first_width < 0:
            self._first_width = len(texts)
        try:
            self._write(texts)
        except UnicodeEncodeError as error:
            raise Refusal("half_character", row=self.row) from error
        if sum(map(len, texts)) > LONGEST_LINE - 4 * len(texts):
            raise Refusal("long_line", row=self.row)
        self.rows += 1

    @property
    def row(self) -> int:
        """The number, as a person counts in the file, of the row to come."""
        return self._starts_at + self.rows

    @property
    def width(self) -> int:
        """How many columns there are by now."""
        return len(self._places)

    def open_all(self, names: Sequence[str]) -> None:
        """Open a column for each of `names`, which may repeat."""
        for name in names:
            self._places[f"{len(self._places)}\0{name}"] = len(self._places)
            self._kinds.append(Counter())
        self._require_width()

    def _open(self, name: str) -> int:
        place = self._places[name] = len(self._places)
        self._kinds.append(Counter({NULL: self.rows}) if self.rows else Counter())
        self._require_width()
        return place

    def _require_width(self) -> None:
        if len(self._places) > MOST_COLUMNS:
            raise Refusal("too_many_columns", columns=len(self._places), limit=MOST_COLUMNS)

    def _judged(self, kind: str, text: str) -> str:
        if kind == TEXT:
            if "\0" in text:
                raise Refusal("nul_byte", row=self.row)
            if not text:
                self._empty_texts += 1
                return NULL
            # A word for "no value" says nothing about the type of its column.
            return "missing" if len(text) < 9 and is_missing(text) else kind
        return kind

    def finish(self) -> tuple[tuple[str, ...], list[Note]]:
        """Close the file and return the declared type of each column, and what was noticed.

        Raises Refusal without any row.
        """
        self._file.close()
        if not self.rows or not self._places:
            raise Refusal("no_rows")
        names = [name.rpartition("\0")[2] for name in self._places]
        if not self._guarded:
            names = [harmless(name) for name in names]
        with self._path.open("w", encoding="utf-8", newline="") as target:
            # The names stand in quotes, so that no name makes the text look like something else.
            csv.writer(target, lineterminator="\n", quoting=csv.QUOTE_ALL).writerow(names)
            self._copy_rows(target)
        self._rows_path.unlink()
        notes: list[Note] = []
        types = tuple(
            _declared(f"c{place}", kinds, notes) for place, kinds in enumerate(self._kinds, 1)
        )
        if self._empty_texts:
            notes.append(Note("empty_texts", count=self._empty_texts))
        return types, notes

    def _copy_rows(self, target: IO[str]) -> None:
        width = len(self._places)
        with self._rows_path.open(encoding="utf-8", newline="") as rows:
            if self._first_width == width:
                while block := rows.read(1 << 20):
                    target.write(block)
                return
            csv.field_size_limit(LONGEST_LINE)
            write = _row_writer(target)
            for row in csv.reader(rows):
                write(row + [""] * (width - len(row)))


def _row_writer(file: IO[str]) -> Callable[[list[str]], object]:
    """Writes a row; Python leaves a lone return unquoted, which would end the line."""
    plain = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_MINIMAL).writerow
    quoted = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL).writerow

    def write(row: list[str]) -> object:
        odd = len(row) == 1 or any("\r" in cell for cell in row)
        return (quoted if odd else plain)(row)

    return write


def _declared(key: str, kinds: Counter[str], notes: list[Note]) -> str:
    """The type of a column from the kinds of its cells; a mixed one is noted."""
    if kinds[NESTED]:
        notes.append(Note("nested_as_text", key, kinds[NESTED]))
        return "text"
    filled = kinds[NUMBER] + kinds[TRUTH] + kinds[TEXT] + kinds[DATE]
    if not filled:
        return "text" if kinds["missing"] else "empty"
    for kind, declared in ((TRUTH, "boolean"), (NUMBER, "number"), (DATE, "datetime")):
        others = filled - kinds[kind]
        if kinds[kind] and others <= _MOST_OTHERS * filled:
            return declared
    if kinds[TEXT] < filled:
        notes.append(Note("mixed_as_text", key, filled - max(kinds.values())))
    return "text"
