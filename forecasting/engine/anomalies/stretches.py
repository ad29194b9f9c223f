"""How rarely something lasts so long: gaps, and values that do not move.

The score of a row is how many rows the stretch has lasted up to it. Of n earlier rows, those that
began a stretch of at least this length are counted: p = (1 + stretches) / (n + 1), the p-value
of ranks. A stretch longer than any before goes on with the share of rows that continued one.
"""

from __future__ import annotations

from collections.abc import Mapping

SMALLEST_P = 1e-15


class Stretches:
    """Counts of the stretches so far, by length; the one that lasts is not yet among them."""

    def __init__(self, rows: int = 0, lasting: int = 0, ended: Mapping[int, int] | None = None):
        self.rows, self.lasting = rows, lasting
        self.ended = dict(ended or {})

    def take(self, *, goes_on: bool) -> float:
        """Take in one row; how rarely a stretch has lasted as long as the one it stands in.

        1 for a row outside of any.
        """
        rows = self.rows
        self.rows += 1
        if not goes_on:
            if self.lasting:
                self.ended[self.lasting] = self.ended.get(self.lasting, 0) + 1
            self.lasting = 0
            return 1.0
        self.lasting += 1
        longest = max(self.ended, default=0)
        if self.lasting <= longest:
            reached = sum(n for length, n in self.ended.items() if length >= self.lasting)
            return (1 + reached) / (rows + 1)
        share = (1 + sum(length * n for length, n in self.ended.items())) / (rows + 2)
        return max(SMALLEST_P, float(share ** (self.lasting - longest)) / (rows + 1))
