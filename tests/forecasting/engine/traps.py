"""Models that fail where a series holds a number that tells them to."""

import os
import signal
from pathlib import Path

import numpy as np

from forecasting.engine import registry
from forecasting.engine.baselines import Naive
from forecasting.engine.errors import BadValuesError

KILLS, BREAKS, REFUSES, BREAKS_ONCE = 666.0, 555.0, 444.0, 333.0


class Trap(Naive):
    """Naive, but for the numbers above; every fit is remembered by its series in this process."""

    fits: list = []
    fuse: str = ""

    def _fit(self, panel, horizon, watch, checkpoint):
        self.fits.append(panel.ids)
        seen = set(np.unique(panel.values[~np.isnan(panel.values)]))
        if KILLS in seen:
            os.kill(os.getpid(), signal.SIGKILL)
        if BREAKS in seen:
            raise RuntimeError("the formula has no root")
        if REFUSES in seen:
            raise BadValuesError("This cannot be fitted.")
        if BREAKS_ONCE in seen and Path(self.fuse).exists():
            Path(self.fuse).unlink()
            raise MemoryError("once")
        super()._fit(panel, horizon, watch, checkpoint)


def register(monkeypatch):
    """As ``trap``, for the length of a test."""
    monkeypatch.setattr(registry, "_TYPES", dict(registry._TYPES))
    monkeypatch.setattr(Trap, "fits", [])
    registry.register_model("trap", Trap)


def panel_with(bad, series=12, rows=40):
    """Series ``s00`` and so on; ``bad`` says by number which holds which of the numbers above."""
    random = np.random.default_rng(0)
    values = {f"s{n:02}": random.normal(10, 1, rows) for n in range(series)}
    for number, value in bad.items():
        values[f"s{number:02}"][5] = value
    return values
