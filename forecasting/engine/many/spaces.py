"""Every series on its own scale, as it is or in logarithms, and back within sane bounds.

The scale is the mean absolute seasonal difference of the training rows (the denominator of MASE,
Hyndman and Koehler 2006), so that errors of different series weigh alike. Logarithms turn
growth and multiplicative seasons into straight lines.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.panel import Floats

Space = Literal["plain", "log"]
SPACES: Final[tuple[Space, ...]] = ("log", "plain")
# A series that reaches zero is lifted by this share of its usual size before taking logarithms.
LIFT: Final = 0.1
FLOOR: Final = 1e-3


@dataclass(frozen=True, eq=False)
class Scales:
    """What the training rows say of every variate, all ``[V]``.

    ``smallest`` and ``largest`` value, ``shift`` added before the logarithm, ``plain`` and ``log``
    the scales of the two spaces.
    """

    smallest: Floats
    largest: Floats
    shift: Floats
    plain: Floats
    log: Floats

    @staticmethod
    def of(columns: list[Floats], season: int) -> Scales:
        """Measure columns ``[T_v]`` without gaps."""
        smallest = np.array([column.min() for column in columns])
        largest = np.array([column.max() for column in columns])
        shift = np.array([_shift(column) for column in columns])
        plain = np.array([_step(column, season) for column in columns])
        logs = np.array([_step(np.log(c + s), season) for c, s in zip(columns, shift, strict=True)])
        return Scales(smallest, largest, shift, plain, logs)

    def take(self, rows: NDArray[np.int64] | slice) -> Scales:
        """Those of some variates."""
        return Scales(**{name: array[rows] for name, array in self.arrays().items()})

    def for_rows(self, numbers: NDArray[np.int64], own: Scales) -> Scales:
        """Those of the variates ``numbers``, -1 for one that takes its ``own`` from the rows.

        The bounds also hold what the rows hold.
        """
        new = numbers < 0
        fresh = own.arrays()
        mixed = {k: np.where(new, fresh[k], a[numbers]) for k, a in self.arrays().items()}
        mixed["smallest"] = np.minimum(mixed["smallest"], own.smallest)
        mixed["largest"] = np.maximum(mixed["largest"], own.largest)
        return Scales(**mixed)

    def arrays(self) -> dict[str, Floats]:
        """For saving."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def into(self, space: Space, values: Floats) -> Floats:
        """Values ``[V, n]`` scaled in one of the spaces."""
        if space == "plain":
            return values / self.plain[:, None]
        lifted = values + self.shift[:, None]
        least = self.smallest + self.shift
        # New rows may lie below everything the shift was made for.
        floor = FLOOR * np.where(least > 0, least, self.plain)[:, None]
        return np.log(np.maximum(lifted, floor)) / self.log[:, None]

    def back(self, space: Space, scaled: Floats) -> Floats:
        """The way back of forecasts ``[..., V, h]``, held to the bounds."""
        if space == "plain":
            return self.bounded(scaled * self.plain[:, None])
        top = np.log(self._high() + self.shift) + 1.0
        logs = np.minimum(scaled * self.log[:, None], top[:, None])
        return self.bounded(np.exp(logs) - self.shift[:, None])

    def bounded(self, values: Floats) -> Floats:
        """Clip to half the minimum (of positive series) and the maximum plus the range."""
        span = self.largest - self.smallest
        low = np.where(self.smallest >= 0, self.smallest / 2, self.smallest - span)
        clipped: Floats = np.clip(values, low[:, None], self._high()[:, None])
        return clipped

    def _high(self) -> Floats:
        return 2 * self.largest - self.smallest


def _shift(column: Floats) -> float:
    """Nothing for positive values, otherwise what lifts the smallest above zero."""
    low = float(column.min())
    if low > 0:
        return 0.0
    usual = float(np.median(column - low))
    return -low + LIFT * (usual or float(column.max() - low) or 1.0)


def _step(column: Floats, season: int) -> float:
    """Mean absolute seasonal difference; one where the column never moves."""
    for lag in (season, 1):
        if len(column) > lag:
            size = float(np.abs(column[lag:] - column[:-lag]).mean())
            if size > 1e-12 * float(np.abs(column).max()):
                return size
    return max(float(np.abs(column).max()), 1e-290)
