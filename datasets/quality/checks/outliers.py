"""Values far from what the series lets expect.

Four ways of looking are counted; the findings are those of the seasonal residual, because a value
may be usual in January and impossible at three at night in June.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from datasets.quality.checks.hampel import by_hampel
from datasets.quality.finding import Found, finding, step
from datasets.quality.subject import Facts, Floats, Piece, Subject

CODES = ("outliers",)
Flags = NDArray[np.bool_]
# Robust deviations of the seasonal residual: a normal series of a million values has one beyond.
THRESHOLD = 5.0
IQR_FENCE, Z_LIMIT = 1.5, 3.0
_LEAST, _LISTED, _LONG = 20, 5, 200_000
# Stretches whose rows are kept, to mark them in the grid.
MOST_MARKED = 300


def by_residual(piece: Piece, threshold: float = THRESHOLD) -> Flags:
    """Beyond so many robust deviations of the seasonal residual."""
    return _beyond(np.abs(piece.fit.deviations(piece.values)), threshold)


def by_iqr(values: Floats, fence: float = IQR_FENCE) -> Flags:
    """Beyond the quartiles by more than `fence` times their distance (Tukey)."""
    filled = values[~np.isnan(values)]
    if not len(filled):
        return np.zeros(len(values), dtype=bool)
    low, high = np.quantile(filled, [0.25, 0.75])
    reach = fence * (high - low)
    outside: Flags = (values < low - reach) | (values > high + reach)
    return outside


def by_zscore(values: Floats, limit: float = Z_LIMIT) -> Flags:
    """Further from the mean than so many standard deviations."""
    filled = values[~np.isnan(values)]
    if len(filled) < 2:
        return np.zeros(len(values), dtype=bool)
    spread = float(filled.std(ddof=1))
    if not spread > 0:
        return np.zeros(len(values), dtype=bool)
    return _beyond(np.abs(values - filled.mean()) / spread, limit)


def _beyond(away: Floats, limit: Any) -> Flags:
    with np.errstate(invalid="ignore"):
        flags: Flags = away > limit
    return flags


class Outliers:
    """Counts what each way of looking finds, and remembers the stretches furthest away."""

    def __init__(self, subject: Subject, column: Facts) -> None:
        self.column = column
        self.counts = {"residual": 0, "iqr": 0, "zscore": 0, "hampel": 0}
        self.furthest: list[tuple[float, list[Any]]] = []
        # How far, first and last row of the file (from 0).
        self.marked: list[tuple[float, int, int]] = []

    def look(self, piece: Piece) -> None:
        """Take in one series; a handful of values says nothing about what is usual."""
        missing = np.isnan(piece.values)
        filled = piece.values[~missing] if missing.any() else piece.values
        if len(filled) < _LEAST:
            return
        if len(filled) < _LONG:
            self._count(piece, filled)
            away = piece.fit.deviations(piece.values)
        else:
            # NumPy lets go of the interpreter, so a second processor counts while this one fits.
            with ThreadPoolExecutor(1) as other:
                counting = other.submit(self._count, piece, filled)
                away = piece.fit.deviations(piece.values)
                counting.result()
        flags = _beyond(np.abs(away), THRESHOLD)
        self.counts["residual"] += int(np.count_nonzero(flags))
        if flags.any():
            self._remember(piece, flags, away)

    def _count(self, piece: Piece, filled: Floats) -> None:
        """The ways of looking that need no season."""
        self.counts["iqr"] += int(np.count_nonzero(by_iqr(filled)))
        self.counts["zscore"] += int(np.count_nonzero(by_zscore(filled)))
        self.counts["hampel"] += int(np.count_nonzero(by_hampel(piece.values)))

    def _remember(self, piece: Piece, flags: Flags, away: Floats) -> None:
        found = []
        for first, last in piece.runs(flags):
            stretch = slice(first, last + 1)
            furthest = float(np.abs(away[stretch]).max())
            found.append((furthest, first, last))
        self.marked += [(far, piece.first + row, piece.first + end) for far, row, end in found]
        self.marked.sort(reverse=True)
        del self.marked[MOST_MARKED:]
        for furthest, first, last in sorted(found, reverse=True)[:_LISTED]:
            stretch = slice(first, last + 1)
            usual = float(piece.fit.expected[stretch].mean())
            value = float(piece.values[stretch].mean())
            percent = 100 * (value - usual) / abs(usual) if abs(usual) > 1e-9 else None
            where = [piece.series, piece.at(first), piece.at(last), last - first + 1]
            shown = {"value": value, "usual": usual, "percent": percent, "deviations": furthest}
            self.furthest.append((furthest, [*where, shown]))
        self.furthest.sort(key=lambda stretch: -stretch[0])
        del self.furthest[_LISTED:]

    def tell(self) -> Iterator[Found]:
        """One finding a column."""
        if self.counts["residual"]:
            yield finding(
                "outliers",
                column=self.column.key,
                count=self.counts["residual"],
                methods=self.counts,
                threshold=THRESHOLD,
                furthest=[where for _, where in self.furthest],
                rows=[[first, last] for _, first, last in self.marked],
                repair=step("outliers", action="clip", columns=[self.column.key]),
            )
