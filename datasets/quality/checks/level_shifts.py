"""A series that jumps to another level and stays there.

Looked for in the medians of whole cycles, so that no hour or weekday counts. A jump must fit its
surroundings better than a slope does: spring is no level shift.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from datasets.quality.finding import Found, finding
from datasets.quality.subject import Facts, Floats, Piece, Subject

CODES = ("level_shift",)
_WINDOW, _LEAST = 28, 8
_NOISE, _BETTER, _STAYS, _SHARE = 5.0, 0.5, 0.5, 0.05
_LISTED = 3


@dataclass(frozen=True)
class Shift:
    """Where a cycle begins another level."""

    cycle: int
    before: float
    after: float
    score: float


def find_shift(level: Floats) -> Shift | None:
    """The clearest jump in a series of levels; None when there is none worth telling."""
    window = min(_WINDOW, len(level) // 3)
    if window < _LEAST:
        return None
    at = np.arange(window, len(level) - window + 1)
    step_error, line_error, jump = _errors(level, at, window)
    noise = 1.4826 * float(np.median(np.abs(np.diff(level) - np.median(np.diff(level))))) / 1.4142
    score = np.abs(jump) / max(noise, 1e-12 * max(1.0, float(np.abs(level).max())))
    likely = (step_error < _BETTER * line_error) & (score > _NOISE)
    if not likely.any():
        return None
    best = int(np.argmax(np.where(likely, np.abs(jump), 0)))
    cycle = int(at[best])
    before, after = float(np.median(level[:cycle])), float(np.median(level[cycle:]))
    size = max(abs(before), abs(after))
    stays = (after - before) * np.sign(jump[best]) > _STAYS * abs(jump[best])
    if not stays or not size or abs(after - before) < _SHARE * size:
        return None
    near = level[cycle - window : cycle], level[cycle : cycle + window]
    return Shift(cycle, float(np.median(near[0])), float(np.median(near[1])), float(score[best]))


def _errors(level: Floats, at: Any, window: int) -> tuple[Floats, Floats, Floats]:
    """Squared errors of a step and of a line over the two windows around each place, the jump."""
    apart = level - level.mean()
    sums, squares = (np.concatenate([[0.0], np.cumsum(x)]) for x in (apart, apart**2))
    left, right = sums[at] - sums[at - window], sums[at + window] - sums[at]
    total = squares[at + window] - squares[at - window]
    step_error = total - (left**2 + right**2) / window
    x = np.arange(2 * window) - (2 * window - 1) / 2
    windows = np.lib.stride_tricks.sliding_window_view(apart, 2 * window)
    slope = (windows @ x) / (x @ x)
    line_error = total - (left + right) ** 2 / (2 * window) - slope**2 * (x @ x)
    return np.maximum(step_error, 0), np.maximum(line_error, 0), (right - left) / window


class LevelShifts:
    """Looks for one jump a series."""

    def __init__(self, subject: Subject, column: Facts) -> None:
        self.column = column
        self.found: list[tuple[float, list[Any], int]] = []

    def look(self, piece: Piece) -> None:
        """Take in one series."""
        if len(piece.values) < 3 * _LEAST or not piece.cycles:
            return
        shift = find_shift(piece.fit.level)
        if shift is None:
            return
        row = int(np.searchsorted(piece.places, shift.cycle * piece.fit.cycle))
        row = min(row, len(piece.values) - 1)
        change = 100 * (shift.after - shift.before) / abs(shift.before) if shift.before else None
        self.found.append(
            (shift.score, [piece.series, piece.at(row), change], len(piece.values) - row)
        )

    def tell(self) -> Iterator[Found]:
        """One finding a column."""
        if self.found:
            self.found.sort(key=lambda shift: -shift[0])
            yield finding(
                "level_shift",
                column=self.column.key,
                severity="info",
                count=sum(rows for _, _, rows in self.found),
                series=len(self.found),
                first=[where for _, where, _ in self.found[:_LISTED]],
                note="told",
            )
