"""What a model declares about itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Capabilities:
    """What a model can do, declared so that nobody has to try."""

    handles_missing: bool = True
    any_horizon: bool = False
    trains_long: bool = False
    resumable: bool = False
    needs_torch: bool = False
