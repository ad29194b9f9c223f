"""Small series every engine test can read at a glance."""

import numpy as np
import pytest

from forecasting.engine import registry
from forecasting.engine.panel import Panel
from tests.forecasting.engine import racers
from tests.forecasting.engine.series import seasonal


@pytest.fixture
def hourly():
    """Two seasonal series with two channels each, of different length."""
    a = np.stack([seasonal(400, seed=1), seasonal(400, seed=2, level=-5)], axis=1)
    b = np.stack([seasonal(330, seed=3), seasonal(330, seed=4, level=100)], axis=1)
    return Panel.from_arrays({"a": a, "b": b}, "2024-01-01", "h", ["heat", "load"])


@pytest.fixture
def single():
    return Panel.from_arrays({"x": seasonal(300)}, "2024-01-01", "h")


@pytest.fixture
def walk():
    """A random walk by the hour: the shorter the window of a mean, the better."""
    steps = np.random.default_rng(3).normal(size=600)
    return Panel.from_arrays({"w": np.cumsum(steps)}, "2024-01-01", "h")


@pytest.fixture
def fits(monkeypatch, tmp_path):
    """The models of racers.py can be raced for one test; the file they write their fits into."""
    monkeypatch.setattr(registry, "_TYPES", dict(registry._TYPES))
    file = tmp_path / "fits"
    file.touch()
    monkeypatch.setenv("RACE_FITS", str(file))
    monkeypatch.setattr(racers.Slow, "running", [])
    racers.register()
    return file
