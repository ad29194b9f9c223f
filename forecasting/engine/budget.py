"""Time as an object that is handed down and spent."""

from __future__ import annotations

import time
from dataclasses import dataclass, field


def finite(seconds: float) -> float | None:
    """Seconds as a limit: None for infinity."""
    return None if seconds == float("inf") else seconds


@dataclass(frozen=True)
class TimeBudget:
    """``seconds`` of wall time from the moment it is made; None never ends."""

    seconds: float | None = None
    started: float = field(default_factory=time.monotonic)

    def spent(self) -> float:
        """Seconds since it was made."""
        return time.monotonic() - self.started

    def left(self) -> float:
        """Seconds until it ends, never below zero; infinity without an end."""
        return float("inf") if self.seconds is None else max(0.0, self.seconds - self.spent())

    def allows(self, seconds: float) -> bool:
        """Whether work of this length still fits."""
        return seconds <= self.left()

    def share(self, parts: int) -> TimeBudget:
        """A new budget holding an equal part of what is left."""
        return TimeBudget(None if self.seconds is None else self.left() / max(parts, 1))
