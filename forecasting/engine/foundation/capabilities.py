"""What foundation models declare, apart so that listing them costs nothing."""

from __future__ import annotations

from typing import Final

from forecasting.engine.capabilities import Capabilities

FOUNDATION: Final = Capabilities(
    any_horizon=True,
    probabilistic=True,
    global_=True,
    uses_known_future=True,
    uses_past=True,
    needs_torch=True,
    needs_weights=True,
)
