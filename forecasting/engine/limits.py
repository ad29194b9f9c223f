"""What a forecast may be: bounds and whole numbers, whatever the model says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.errors import SettingsError, gettext_noop

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Limits:
    """Smallest and largest value, None for none; ``integer`` for counts."""

    low: float | None = None
    high: float | None = None
    integer: bool = False

    def __post_init__(self) -> None:
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise SettingsError(
                gettext_noop("The lower bound %(low)s must lie below the upper bound %(high)s."),
                low=self.low,
                high=self.high,
            )

    def mean(self, values: Floats) -> Floats:
        """The forecast itself, rounded to the nearest count."""
        return self._clip(np.rint(values) if self.integer else values)

    def lower(self, values: Floats) -> Floats:
        """A lower end, rounded away from the middle so that it covers no less."""
        return self._clip(np.floor(values) if self.integer else values)

    def upper(self, values: Floats) -> Floats:
        """An upper end, rounded away from the middle."""
        return self._clip(np.ceil(values) if self.integer else values)

    def _clip(self, values: Floats) -> Floats:
        if self.low is None and self.high is None:
            return values
        clipped: Floats = np.clip(values, self.low, self.high)
        return clipped
