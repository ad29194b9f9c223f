"""What is written into the chart of a forecast: one thing large, and what stays quiet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from forecasting.turning import Turning


@dataclass(frozen=True)
class SideNote:
    """Words at a stored time."""

    time: str
    text: str


@dataclass(frozen=True)
class Notes:
    """The one thing that the headline names, and small print."""

    turning: Turning
    quiet: Sequence[SideNote] = ()
