"""Scales of single series, and the way into logarithms and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.engine.many.spaces import SPACES, Scales

RISING = np.array([1.0, 2.0, 4.0, 8.0])


def test_the_scale_is_the_mean_seasonal_difference():
    scales = Scales.of([RISING], 1)
    assert scales.plain[0] == pytest.approx((1 + 2 + 4) / 3)
    assert scales.log[0] == pytest.approx(np.log(2))
    assert Scales.of([RISING], 2).plain[0] == pytest.approx((3 + 6) / 2)


def test_a_series_that_never_moves_is_scaled_by_its_size():
    scales = Scales.of([np.full(5, -7.0), np.zeros(5)], 1)
    assert scales.plain[0] == 7
    assert scales.plain[1] > 0


def test_positive_series_are_not_shifted_and_others_rise_above_zero():
    scales = Scales.of([RISING, np.array([0.0, 10.0, 20.0]), np.array([-4.0, 0.0, 6.0])], 1)
    # The median above the minimum is 10 and 4; a tenth of it is added.
    assert scales.shift.tolist() == pytest.approx([0.0, 1.0, 4.4])


def test_forecasts_stay_between_half_the_minimum_and_the_maximum_plus_the_range():
    scales = Scales.of([RISING, -RISING], 1)
    wild = np.array([[-1e9, 3.0, 1e9], [-1e9, -3.0, 1e9]])
    # 8 + (8 - 1) = 15; a series with negative values may fall by its range: -8 - 7 = -15.
    assert scales.bounded(wild).tolist() == [[0.5, 3.0, 15.0], [-15.0, -3.0, 6.0]]


@given(
    st.lists(st.floats(-1e6, 1e6).map(lambda x: round(x, 3)), min_size=2, max_size=30),
    st.sampled_from(SPACES),
)
def test_the_way_into_a_space_leads_back(values, space):
    column = np.array(values)
    scales = Scales.of([column], 1)
    there = scales.into(space, column[None])
    size = max(1.0, np.abs(column).max())
    assert np.allclose(scales.back(space, there)[0], column, atol=1e-6 * size)


@pytest.mark.parametrize("space", SPACES)
def test_extreme_scaled_values_come_back_finite(space):
    scales = Scales.of([RISING], 1)
    back = scales.back(space, np.array([[-1e300, 1e300]]))
    assert back.tolist() == [[0.5, 15.0]]


def test_new_rows_below_all_that_was_seen_have_a_logarithm():
    scales = Scales.of([RISING], 1)
    fresh = Scales.of([np.array([-5.0, -6.0])], 1)
    now = scales.for_rows(np.array([0]), fresh)
    assert np.isfinite(now.into("log", np.array([[-6.0, 3.0]]))).all()
    assert (now.smallest[0], now.largest[0]) == (-6.0, 8.0)


def test_an_unknown_series_takes_its_own_scales():
    known = Scales.of([RISING, 10 * RISING], 1)
    fresh = Scales.of([100 * RISING, RISING], 1)
    now = known.for_rows(np.array([-1, 1]), fresh)
    assert now.plain[0] == pytest.approx(100 * known.plain[0])
    assert now.plain[1] == known.plain[1]
