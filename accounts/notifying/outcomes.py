"""How one try to deliver ended."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """`answer` is what the history says; a failure that time cannot heal is not tried again."""

    ok: bool
    answer: str
    can_retry: bool = True
    # What the other side asked for, in seconds.
    retry_after: float = 0.0
