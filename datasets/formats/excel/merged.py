"""Merged cells: the value stands in the first one, and counts for all rows they span."""

from __future__ import annotations

from collections.abc import Iterable

from datasets.formats.cells import EMPTY, Cell

Range = tuple[tuple[int, int], tuple[int, int]]


class Merged:
    """Fills the cells of merged ranges while the rows pass by; counts what it filled."""

    def __init__(self, ranges: Iterable[Range], first_column: int) -> None:
        self.filled = 0
        self._first_column = first_column
        self._starting: dict[int, list[Range]] = {}
        self._open: list[tuple[Range, Cell]] = []
        for given in ranges:
            self._starting.setdefault(given[0][0], []).append(given)

    def fill(self, row: int, cells: list[Cell]) -> list[Cell]:
        """The cells of the sheet's `row` (from 0) with merged ones filled in."""
        if not self._open and row not in self._starting:
            return cells
        filled = list(cells)
        self._open = [(area, cell) for area, cell in self._open if area[1][0] >= row]
        for area in self._starting.get(row, ()):
            place = area[0][1] - self._first_column
            self._open.append((area, cells[place] if 0 <= place < len(cells) else EMPTY))
        for (start, end), cell in self._open:
            for column in range(start[1] - self._first_column, end[1] - self._first_column + 1):
                if 0 <= column < len(filled) and not filled[column][1] and cell[1]:
                    filled[column] = cell
                    self.filled += 1
        return filled
