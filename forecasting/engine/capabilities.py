"""What a model declares about itself; forms, races and errors read it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Capabilities:
    """What a model can do, declared so that nobody has to try.

    ``global_`` learns one map from all series together; ``probabilistic`` has quantiles of its own,
    which the intervals then recalibrate; ``min_length`` is the fewest rows one series may have.
    ``uses_known_future``, ``uses_past`` and ``uses_static`` tell which covariates change a
    forecast; all others are ignored. ``needs_weights``: it runs only with pretrained weights that
    somebody has put into a local folder.
    """

    handles_missing: bool = True
    any_horizon: bool = False
    supports_update: bool = True
    probabilistic: bool = False
    global_: bool = False
    uses_known_future: bool = False
    needs_known_future: bool = False
    uses_past: bool = False
    uses_static: bool = False
    min_length: int = 2
    trains_long: bool = False
    resumable: bool = False
    needs_torch: bool = False
    needs_weights: bool = False
