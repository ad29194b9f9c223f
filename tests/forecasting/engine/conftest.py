"""Small series every engine test can read at a glance."""

import numpy as np
import pytest

from forecasting.engine.panel import Panel
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
