"""One of several to choose from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Named:
    """A choice with its words."""

    value: Any
    label: str
    is_chosen: bool
