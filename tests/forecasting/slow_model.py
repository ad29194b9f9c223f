"""A model that takes its time in steps of a hundredth of a second, to be stopped and killed."""

import time

from forecasting.engine import registry
from forecasting.engine.baselines import Naive
from forecasting.engine.capabilities import Capabilities
from forecasting.engine.registry import register_model

NAME = "slow_naive"


class SlowNaive(Naive):
    name = NAME
    seconds = 30.0

    def _fit(self, panel, horizon, watch, checkpoint):
        began = time.monotonic()
        while time.monotonic() - began < self.seconds:
            watch.report((time.monotonic() - began) / self.seconds, "Training")
            time.sleep(0.01)
        super()._fit(panel, horizon, watch, checkpoint)


class BrokenNaive(Naive):
    """A model with a bug."""

    name = "broken_naive"

    def _fit(self, panel, horizon, watch, checkpoint):
        raise RuntimeError("no such tensor")


class LongNaive(Naive):
    """Needs more rows than anybody has."""

    name = "long_naive"
    capabilities = Capabilities(any_horizon=True, min_length=10_000)


def register(monkeypatch=None):
    if monkeypatch is not None:
        monkeypatch.setattr(registry, "_TYPES", dict(registry._TYPES))
    for kind in (SlowNaive, BrokenNaive, LongNaive):
        register_model(kind.name, kind, label=kind.name, description="For tests.")
