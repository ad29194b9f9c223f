"""Models for races: each does one thing that a race must cope with."""

import os
import threading
import time
from pathlib import Path

from forecasting.engine.baselines import Naive
from forecasting.engine.capabilities import Capabilities
from forecasting.engine.errors import TooShortError
from forecasting.engine.registry import register_model
from forecasting.engine.window_mean import WindowMean


class Counted(Naive):
    """Writes a line for every fit, so that a test in any process can count them."""

    name = "counted"

    def _fit(self, panel, horizon, watch, checkpoint):
        with Path(os.environ["RACE_FITS"]).open("a") as file:
            file.write(f"{self.name} {int(panel.lengths.max())}\n")
        super()._fit(panel, horizon, watch, checkpoint)


class AlsoCounted(Counted):
    name = "also_counted"


class Slow(Naive):
    """Needs ten seconds in steps of a hundredth; tells which thread worked."""

    name = "slow"
    seconds = 10.0
    running: list[threading.Thread] = []

    def _fit(self, panel, horizon, watch, checkpoint):
        self.running.append(threading.current_thread())
        began = time.monotonic()
        while time.monotonic() - began < self.seconds:
            watch.report((time.monotonic() - began) / self.seconds, "Training")
            time.sleep(0.01)
        # What is left takes no time: it must not tell of a share that was passed long ago.
        super()._fit(panel, horizon, watch.part(1.0, 1.0), checkpoint)


class Stubborn(Naive):
    """A single step of some seconds that asks nobody."""

    name = "stubborn"
    seconds = 6.0

    def _fit(self, panel, horizon, watch, checkpoint):
        watch.report(0.1, "Training")
        time.sleep(self.seconds)
        super()._fit(panel, horizon, watch, checkpoint)


class Broken(Naive):
    """A model with a bug."""

    name = "broken"

    def _fit(self, panel, horizon, watch, checkpoint):
        raise RuntimeError("no such tensor")


class Clumsy(WindowMean):
    """A model with a bug and something to choose."""

    name = "clumsy"

    def _fit(self, panel, horizon, watch, checkpoint):
        raise RuntimeError("no such tensor")


class Demanding(Naive):
    """Cannot do without covariates, and not without many rows."""

    name = "demanding"
    capabilities = Capabilities(any_horizon=True, needs_known_future=True)


class Long(Naive):
    name = "long"
    capabilities = Capabilities(any_horizon=True, min_length=1_000)


class Picky(Naive):
    """Finds out while it fits that the rows are too few."""

    name = "picky"

    def _fit(self, panel, horizon, watch, checkpoint):
        raise TooShortError("Series %(series)s has only %(rows)s rows.", series="x", rows=3)


ALL = (Counted, AlsoCounted, Slow, Stubborn, Broken, Clumsy, Demanding, Long, Picky)


def register():
    for kind in ALL:
        register_model(kind.name, kind, label=kind.name, description="For tests.")
