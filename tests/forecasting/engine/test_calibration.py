import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.engine.calibration import Cutoffs, OwnSpread, judged_by_spread, scales, scores
from forecasting.engine.intervals import Conformal
from forecasting.engine.missing import Scaled
from forecasting.engine.panel import Panel
from tests.forecasting.engine.series import seasonal


@given(rows=st.integers(2, 3_000), horizon=st.integers(1, 500), most=st.integers(1, 50), needed=...)
def test_the_fit_ends_before_the_first_cutoff_and_every_cutoff_knows_a_row(
    rows: int, horizon: int, most: int, needed: bool
):
    plan = Cutoffs.of(rows, horizon, most, 49 if needed else 1)
    assert 1 <= plan.fitted == plan.origins[0]
    assert plan.origins[-1] < rows
    assert 1 <= len(plan.origins) <= most


def test_seven_tenths_of_the_rows_are_fitted():
    plan = Cutoffs.of(rows=100, horizon=12, most=4, needed=10)
    assert plan.fitted == 70
    # 70, 70 + 29 / 3, 70 + 58 / 3 and 99, cut to whole rows.
    assert plan.origins.tolist() == [70, 79, 89, 99]


def test_a_long_horizon_leaves_room_for_its_last_step():
    # 100 - 50 - 8 = 42 rows, so that eight cutoffs know all 50 steps.
    assert Cutoffs.of(rows=100, horizon=50, most=30, needed=10).fitted == 42


def test_the_fit_keeps_the_rows_it_needs():
    assert Cutoffs.of(rows=100, horizon=90, most=30, needed=49).fitted == 49
    assert Cutoffs.of(rows=100, horizon=90, most=30, needed=10).fitted == 33


def test_a_score_is_the_error_over_its_weight():
    y = np.array([1.0, 2.0, 4.0, 8.0])
    seen = np.array([True, True, True, False])
    mean = np.array([[3.0, 3.0], [5.0, 5.0]])
    found = scores(y, seen, np.array([1, 2]), mean, np.array([[2.0], [4.0]]))
    # From row 1: |2 - 3| / 2 and |4 - 3| / 2; from row 2: |4 - 5| / 4, and row 3 was not seen.
    assert np.array_equal(found, [[0.5, 0.5], [0.25, np.nan]], equal_nan=True)


def test_a_step_after_the_last_row_has_no_score():
    y, seen = np.array([1.0, 2.0]), np.array([True, True])
    found = scores(y, seen, np.array([1]), np.array([[2.5, 9.0]]), np.ones((1, 1)))
    assert np.array_equal(found, [[0.5, np.nan]], equal_nan=True)


def spread_of(panel, horizon):
    """Grows with the step: 1, 2, 3, …"""
    steps = np.arange(1.0, horizon + 1)
    return np.broadcast_to(steps[:, None], (len(panel), horizon, len(panel.channels)))


@pytest.fixture
def own(single):
    # Nineteen scores 0.1, 0.2, … 1.9 at every step.
    table = np.repeat(np.arange(1, 20)[:, None] / 10, 3, axis=1)
    intervals = Conformal.fit(single, Scaled.of(single), [table])
    return OwnSpread.over(intervals, spread_of)


def test_a_band_is_the_own_spread_times_what_past_errors_needed(own, single):
    # The ceil(0.8 * 20) = 16th smallest of the scores is 1.6, the steps have spreads 1, 2 and 3.
    widths = own.half_widths([80], single, 3)
    assert np.allclose(widths[80][0, :, 0], [1.6, 3.2, 4.8], rtol=1e-6)


def test_the_multiple_goes_on_beyond_the_learned_steps(own, single):
    assert np.allclose(own.half_widths([80], single, 5)[80][0, 3:, 0], [6.4, 8.0], rtol=1e-6)


@given(low=st.floats(1, 98), high=st.floats(1, 98))
def test_a_wider_level_has_the_wider_band(low, high):
    panel = Panel.from_arrays({"x": seasonal(300)}, "2024-01-01", "h")
    table = np.random.default_rng(0).exponential(size=(30, 4))
    own = OwnSpread.over(Conformal.fit(panel, Scaled.of(panel), [table]), spread_of)
    narrow, wide = sorted((low, high))
    widths = own.half_widths([narrow, wide], panel, 4)
    assert (widths[narrow] <= widths[wide]).all()


def test_half_widths_over_their_scale_are_the_table(single):
    table = np.repeat(np.arange(1, 20)[:, None] / 10, 2, axis=1)
    intervals = Conformal.fit(single, Scaled.of(single), [table])
    width = intervals.half_widths([80], single, 2)[80]
    assert np.allclose(width[:, 0] / scales(intervals, single), 1.6, rtol=1e-6)


def test_outcomes_outside_the_own_band_widen_it(own, single):
    def far_off(panel, ends, horizon):
        return (np.full((1, horizon, 1), 1e3) for _ in ends)

    plain = Conformal(own.ids, own.mean, own.spread, own.table, own.counts, own.shift)
    judged = judged_by_spread(plain, single, 10, far_off, spread_of)
    assert type(judged) is Conformal
    assert (judged.shift > 0).all()


def test_outcomes_inside_the_own_band_narrow_it(own, single):
    def right(panel, ends, horizon):
        for end in ends:
            rows = single.at(0)[len(single.at(0)) - end :][:horizon]
            yield np.pad(rows, ((0, horizon - len(rows)), (0, 0)))[None]

    plain = Conformal(own.ids, own.mean, own.spread, own.table, own.counts, own.shift)
    assert (judged_by_spread(plain, single, 10, right, spread_of).shift < 0).all()
