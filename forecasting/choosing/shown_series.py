"""Series to tick, found by a part of their name."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Final

from datasets.models import Version
from forecasting import asking
from forecasting.choosing import which_series

# A list this short is read at a glance.
FEW: Final = 12


class FoundSeries:
    """Series whose names hold a text, without those that are ticked already."""

    def __init__(self, version: Version, text: str, ticked: Sequence[str]) -> None:
        self.version, self.text, self.ticked = version, text.strip()[:200], ticked

    @property
    def is_needed(self) -> bool:
        """Are there too many to read them all?"""
        return asking.series_count(self.version) > FEW

    @cached_property
    def _found(self) -> tuple[list[str], int]:
        return which_series.find(self.version, self.text, without=self.ticked)

    @property
    def names(self) -> list[str]:
        """The first of them."""
        return self._found[0]

    @property
    def total(self) -> int:
        """How many there are."""
        return self._found[1]

    @property
    def is_cut(self) -> bool:
        """Are there more than are listed?"""
        return self.total > len(self.names)
