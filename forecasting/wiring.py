"""What forecasts register with lower apps."""

from __future__ import annotations

from forecasting import live
from forecasting.transitions import INSTANT, TRAINING
from jobs.registry import register_fragment


def connect() -> None:
    """Live fragments of both kinds of jobs."""
    register_fragment(INSTANT, live.fragment)
    register_fragment(TRAINING, live.fragment)
