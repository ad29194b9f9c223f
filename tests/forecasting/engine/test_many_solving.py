"""Shared and single maps against the formulas they stand for."""

import numpy as np
import pytest

from forecasting.engine.many.moments import Moments
from forecasting.engine.many.solving import Pool, own_maps, own_steps

LOOKBACK, HORIZON, SERIES = 6, 3, 4
INFINITE = float("inf")


@pytest.fixture
def found():
    random = np.random.default_rng(0)
    x = random.normal(size=(SERIES, 20, LOOKBACK))
    y = random.normal(size=(SERIES, 20, HORIZON))
    gram, cross = x.transpose(0, 2, 1) @ x / 20, x.transpose(0, 2, 1) @ y / 20
    return Moments(gram.astype(np.float32), cross.astype(np.float32), np.ones(SERIES, dtype=bool))


def solved(found, penalties=(0.1, 1.0)):
    pool = Pool()
    pool.add(found)
    return pool.solved(penalties, LOOKBACK, HORIZON)


def test_the_shared_map_is_ridge_on_the_mean_moments(found):
    gram, cross = found.gram.mean(axis=0), found.cross.mean(axis=0)
    for penalty, weights in zip((0.1, 1.0), solved(found).maps, strict=True):
        expected = np.linalg.solve(gram + penalty * np.eye(LOOKBACK), cross)
        assert np.allclose(weights, expected, atol=1e-5)


@pytest.mark.parametrize("pull", [0.05, 1.0, 30.0])
def test_an_own_map_is_ridge_towards_the_shared_one(found, pull):
    shared = solved(found).only(1)
    eye = np.eye(LOOKBACK)
    expected = np.linalg.solve(found.gram + pull * eye, found.cross + pull * shared.maps[0])
    assert np.allclose(own_maps(found, shared, pull), expected, atol=1e-4)


def test_an_infinite_pull_leaves_the_shared_map(found):
    shared = solved(found).only(0)
    assert np.array_equal(own_maps(found, shared, INFINITE)[2], shared.maps[0])


def test_forecasts_are_those_of_the_maps(found):
    shared = solved(found)
    x = np.random.default_rng(1).normal(size=(SERIES, LOOKBACK)).astype(np.float32)
    pulls = (0.2, 3.0, INFINITE)
    steps = own_steps(found, x, shared, pulls)
    assert steps.shape == (3, 2, SERIES, HORIZON)
    for place, pull in enumerate(pulls):
        for penalty in range(2):
            maps = own_maps(found, shared.only(penalty), pull)
            assert np.allclose(steps[place, penalty], (x[:, None] @ maps)[:, 0], atol=1e-4)


def test_a_series_without_windows_has_the_shared_map(found):
    empty = Moments(0 * found.gram, 0 * found.cross, np.zeros(SERIES, dtype=bool))
    shared = solved(found).only(0)
    assert np.allclose(own_maps(empty, shared, 0.5), shared.maps[0], atol=1e-6)


def test_without_any_window_the_map_is_zero(found):
    nothing = Pool().solved((0.1,), LOOKBACK, HORIZON)
    assert not nothing.maps.any()
