"""What a detector says about every row of one series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.calendar_steps import Times
from forecasting.engine.panel import Floats

# What was unusual about a row: its value, that it did not move, or that it is missing.
VALUE: Final = 0
FLAT: Final = 1
MISSING: Final = 2
# The interval that comes with every row, in percent.
LEVEL: Final = 99


@dataclass(frozen=True, eq=False)
class Scored:
    """Rows ``[T]`` of one series: seen, expected from the rows before, and how rare that is.

    ``p`` is the share of ordinary rows that stray as far (1 is usual, near 0 is not; NaN where the
    detector was still learning); ``lower`` and ``upper`` hold 99 % of ordinary rows, ``usual`` is
    how far one usually strays; ``reason`` says what was unusual.
    """

    label: str
    times: Times
    values: Floats
    expected: Floats
    lower: Floats
    upper: Floats
    usual: Floats
    p: Floats
    reason: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.values)

    @property
    def known(self) -> NDArray[np.bool_]:
        """Which rows were judged."""
        return ~np.isnan(self.p)

    @property
    def rows(self) -> int:
        """How many rows were judged."""
        return int(self.known.sum())

    @property
    def gap(self) -> Floats:
        """How far above (+) or below (-) the expected each value lies."""
        away: Floats = self.values - self.expected
        return away

    def part(self, rows: slice) -> Scored:
        """Some of the rows."""
        return Scored(self.label, *(array[rows] for array in self.arrays().values()))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The columns by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)[1:]}

    @staticmethod
    def joined(parts: Sequence[Scored]) -> Scored:
        """Later rows after earlier ones, of the same series."""
        columns = [part.arrays() for part in parts]
        whole = {name: np.concatenate([c[name] for c in columns]) for name in columns[0]}
        return Scored(parts[0].label, **whole)
