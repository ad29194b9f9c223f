"""Greedy selection and simplex weights, on paper and against brute force."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from forecasting.engine import metrics
from forecasting.engine.greedy import greedy
from forecasting.engine.simplex import simplex, simplex_by_step

some = arrays(np.float64, (3, 8), elements=st.floats(-10, 10, width=32))


def test_greedy_mixes_opposite_errors_by_hand():
    # Errors 1, -2 and 4: the first alone costs 1, with the second 1/2, then 1, 1, -2 nothing.
    actual = np.zeros(5)
    forecasts = np.array([1.0, -2.0, 4.0])[:, None] * np.ones(5)
    assert greedy(actual, forecasts) == pytest.approx([2 / 3, 1 / 3, 0])


def test_greedy_picks_one_model_where_it_is_best_alone():
    actual = np.zeros(4)
    forecasts = np.array([[3.0] * 4, [1.0] * 4, [2.0] * 4])
    assert greedy(actual, forecasts).tolist() == [0, 1, 0]


def test_greedy_uses_at_most_as_many_picks_as_allowed():
    forecasts = np.array([[1.0], [-2.0]])
    assert greedy(np.zeros(1), forecasts, picks=1).tolist() == [1, 0]
    assert greedy(np.zeros(1), forecasts, picks=2).tolist() == [0.5, 0.5]


def test_greedy_follows_the_loss_it_is_given():
    # Absolute errors 0, 0, 6 are better than 2.5, 2.5, 2.5; squared ones are worse.
    actual = np.zeros(3)
    forecasts = np.array([[0.0, 0.0, 6.0], [2.5, 2.5, 2.5]])
    assert greedy(actual, forecasts, picks=1).tolist() == [1, 0]
    assert greedy(actual, forecasts, metrics.mse, picks=1).tolist() == [0, 1]


@settings(deadline=None)
@given(some)
def test_greedy_is_never_worse_than_the_best_single_model(forecasts):
    actual = np.linspace(-5, 5, 8)
    weights = greedy(actual, forecasts)
    assert weights.sum() == pytest.approx(1)
    assert weights.min() >= 0
    singles = [metrics.mae(actual, forecast) for forecast in forecasts]
    assert metrics.mae(actual, weights @ forecasts) <= min(singles) + 1e-9


def test_missing_actuals_count_for_nobody():
    actual = np.array([0.0, np.nan])
    forecasts = np.array([[1.0, 0.0], [2.0, 99.0]])
    assert greedy(actual, forecasts).tolist() == [1, 0]
    assert simplex(actual, forecasts) == pytest.approx(simplex(actual[:1], forecasts[:, :1]))
    nothing = np.full(2, np.nan)
    assert greedy(nothing, forecasts).tolist() == [0.5, 0.5]
    assert simplex(nothing, forecasts).tolist() == [0.5, 0.5]


def test_simplex_weights_of_unrelated_errors_by_hand():
    # Mean squares 1 and 4, mean product 0; with r = 0.1: 1 / 1.1 and 1 / 4.1
    forecasts = np.array([[1.0, -1.0, 1.0, -1.0], [2.0, 2.0, -2.0, -2.0]])
    assert simplex(np.zeros(4), forecasts) == pytest.approx([4.1 / 5.2, 1.1 / 5.2])
    assert simplex(np.zeros(4), forecasts, ridge=0.0) == pytest.approx([0.8, 0.2])


def test_simplex_leaves_a_model_out_that_only_repeats_the_errors_of_a_better_one():
    forecasts = np.array([[1.0, -1.0], [3.0, -3.0]])
    assert simplex(np.zeros(2), forecasts).tolist() == [1, 0]


def test_simplex_is_not_blinded_by_one_terrible_model():
    forecasts = np.array([[1.0, -1.0, 1.0, -1.0], [1e9, 1e9, -1e9, -1e9]])
    assert simplex(np.zeros(4), forecasts) == pytest.approx([1, 0], abs=1e-6)


def test_a_model_without_errors_takes_all_and_all_of_them_share():
    forecasts = np.array([[0.0, 0.0], [2.0, 2.0], [0.0, 0.0]])
    assert simplex(np.zeros(2), forecasts) == pytest.approx([0.5, 0, 0.5], abs=1e-6)
    assert simplex(np.zeros(2), np.zeros((4, 2))).tolist() == [0.25] * 4


@settings(deadline=None)
@given(some)
def test_no_point_of_the_simplex_is_better(forecasts):
    actual = np.linspace(-5, 5, 8)
    errors = forecasts - actual
    moments = errors @ errors.T / 8
    own = np.diag(moments)
    matrix = moments / max(own.min(), 1e-9 * own.max()) + 0.1 * np.eye(3)
    weights = simplex(actual, forecasts)
    assert weights.sum() == pytest.approx(1)
    assert weights.min() >= 0
    grid = [np.array(p) / 12 for p in itertools.product(range(13), repeat=3) if sum(p) == 12]
    best = min(point @ matrix @ point for point in grid)
    assert weights @ matrix @ weights <= best * (1 + 1e-6) + 1e-9


def test_near_and_far_steps_have_weights_of_their_own():
    # Twelve steps are two blocks, the first eight and the rest; each model knows one of them.
    random = np.random.default_rng(0)
    actual = np.zeros((30, 1, 12, 1))
    forecasts = random.normal(size=(2, 30, 1, 12, 1))
    forecasts[0, :, :, 8:] *= 100
    forecasts[1, :, :, :8] *= 100
    weights = simplex_by_step(actual, forecasts)
    assert weights.shape == (12, 2)
    assert weights[:8, 0] == pytest.approx(np.ones(8), abs=0.01)
    assert weights[8:, 1] == pytest.approx(np.ones(4), abs=0.01)
    assert weights[0] == pytest.approx(simplex(actual[:, :, :8], forecasts[:, :, :, :8]))
