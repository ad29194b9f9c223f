"""Cells of a value column that hold nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from datasets.quality.finding import Found, finding, step
from datasets.quality.subject import Facts, Piece, Subject

CODES = ("missing",)
_LISTED = 5


class Missing:
    """Counts missing cells and remembers the longest stretches."""

    def __init__(self, subject: Subject, column: Facts) -> None:
        self.column = column
        self.is_seasonal = bool(subject.frequency and subject.frequency.season_length > 1)
        self.count = 0
        self.stretches = 0
        self.longest: list[tuple[int, list[Any]]] = []

    def look(self, piece: Piece) -> None:
        """Take in one series."""
        missing = np.isnan(piece.values)
        count = int(missing.sum())
        if not count or count == len(missing) == self.column.missing:
            return
        self.count += count
        for first, last in piece.runs(missing):
            self.stretches += 1
            length = last - first + 1
            if len(self.longest) < _LISTED or length > self.longest[-1][0]:
                where = [piece.series, piece.at(first), piece.at(last), length]
                self.longest.append((length, where))
                self.longest.sort(key=lambda stretch: -stretch[0])
                del self.longest[_LISTED:]

    def tell(self) -> Iterator[Found]:
        """One finding a column; a column with nothing at all is another check's."""
        if self.count and self.column.type != "empty":
            method = "seasonal" if self.is_seasonal else "linear"
            yield finding(
                "missing",
                column=self.column.key,
                count=self.count,
                stretches=self.stretches,
                longest=[where for _, where in self.longest],
                repair=step("fill", method=method, columns=[self.column.key]),
            )
