"""How much a member counts, by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.engine.many.weighing import qualities, weights

ALL = np.ones((2, 1), dtype=bool)


def test_quality_is_the_error_relative_to_naive2():
    errors = np.array([[[1.0, 3.0]], [[2.0, 2.0]]])
    assert qualities(errors, np.array([[2.0, 2.0]])).tolist() == [1.0, 1.0]
    errors[0, 0, 1] = np.nan
    # Only the first series was served: 1 / 2.
    assert qualities(errors, np.array([[2.0, 2.0]])).tolist() == [0.5, 1.0]


def test_weights_fall_with_the_eighth_power_of_the_own_error_and_the_fifth_of_the_quality():
    errors = np.array([[[1.0]], [[1.1]]])
    share = weights(errors, np.array([[1.0]]), ALL, 10)
    # Own error and quality are both 1 to 1.1: 1 / (1 + 1.1^-13).
    assert share[0, 0] == pytest.approx(1 / (1 + 1.1**-13))


def test_few_steps_are_drawn_towards_what_the_quality_lets_expect():
    errors = np.array([[[1.0, 3.0]], [[3.0, 1.0]]])
    naive = np.array([[1.0, 1.0]])
    # Both members have quality 4 / 2 = 2; with 2 steps (2 * 1 + 3 * 2) / 5 = 1.6 against
    # (2 * 3 + 3 * 2) / 5 = 2.4.
    share = weights(errors, naive, np.ones((2, 2), dtype=bool), 2)
    assert share[0, 0] == pytest.approx(1 / (1 + (1.6 / 2.4) ** 8))
    assert share[0, 0] < weights(errors, naive, np.ones((2, 2), dtype=bool), 50)[0, 0]


def test_a_member_the_series_is_too_short_for_has_no_weight():
    errors = np.array([[[1.0]], [[0.5]]])
    fits = np.array([[True], [False]])
    assert weights(errors, np.array([[1.0]]), fits, 4).tolist() == [[1.0], [0.0]]


def test_a_hopeless_member_is_dropped_everywhere():
    errors = np.array([[[1.0, 5.0]], [[9.0, 1.0]]])
    # Quality 3 and 5 of Naive2: (5/3)^-5 is 8 percent and stays; 9 times worse does not.
    assert (weights(errors, np.ones((1, 2)), np.ones((2, 2), dtype=bool), 4) > 0).all()
    errors[1, 0] = [54.0, 1.0]
    assert weights(errors, np.ones((1, 2)), np.ones((2, 2), dtype=bool), 4)[1].tolist() == [0, 0]


def test_a_series_without_a_past_goes_by_quality():
    errors = np.array([[[1.0, np.nan]], [[1.1, np.nan]]])
    naive = np.array([[1.0, np.nan]])
    share = weights(errors, naive, np.ones((2, 2), dtype=bool), 4)
    assert share[:, 1] == pytest.approx(share[:, 0])


def test_where_nothing_fits_the_first_member_stands():
    errors = np.full((2, 1, 1), np.nan)
    share = weights(errors, np.full((1, 1), np.nan), np.zeros((2, 1), dtype=bool), 4)
    assert share.tolist() == [[1.0], [0.0]]


@given(st.lists(st.floats(0, 1e6), min_size=6, max_size=6), st.floats(0, 100))
def test_weights_are_shares(values, naive):
    errors = np.array(values).reshape(3, 1, 2)
    share = weights(errors, np.full((1, 2), naive), np.ones((3, 2), dtype=bool), 4)
    assert np.allclose(share.sum(axis=0), 1)
    assert (share >= 0).all()
