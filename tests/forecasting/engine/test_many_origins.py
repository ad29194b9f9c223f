"""Past cutoffs, their yardstick, and the family that is judged there."""

import numpy as np
import pytest

from forecasting.engine.many.members import family, lookbacks
from forecasting.engine.many.origins import origin_backs, origins


def cut(columns, backs, season=1, horizon=2):
    observed = [np.ones(len(column), dtype=bool) for column in columns]
    return origins(columns, observed, backs, season, horizon)


def test_many_series_are_judged_twice_and_few_more_often():
    assert origin_backs(np.full(500, 700), 48, 0) == [48, 96]
    assert origin_backs(np.full(20, 700), 24, 0) == [24, 48, 72, 96, 120, 144]
    assert origin_backs(np.array([400]), 48, 0) == [48, 96, 144, 192]
    assert origin_backs(np.full(500, 700), 48, 3) == [48, 96, 144]


def test_a_history_shorter_than_the_horizon_is_cut_finer():
    assert origin_backs(np.array([90]), 60, 1) == [30]
    assert origin_backs(np.array([3]), 6, 0) == []


def test_a_cutoff_shows_only_what_came_before_it():
    column = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 9.0, 8.0])
    (origin,) = cut([column], [2])
    assert origin.columns[0].tolist() == [1, 2, 3, 4, 5, 6]
    assert origin.actual.tolist() == [[9.0, 8.0]]
    assert origin.steps.tolist() == [1.0]
    assert origin.scales.largest.tolist() == [6.0]


def test_naive2_itself_has_an_owa_of_one():
    random = np.random.default_rng(0)
    columns = [10 + np.cumsum(random.normal(size=n)) for n in (40, 60, 80)]
    (origin,) = cut(columns, [2])
    assert origin.yardstick(np.arange(3)).mean() == pytest.approx(1)


def test_a_contribution_is_the_mean_of_both_relative_errors():
    column = np.array([10.0, 11.0, 10.0, 11.0, 10.0, 12.0, 10.0])
    (origin,) = cut([column], [1], horizon=1)
    # Naive2 says 12, 10 came: sMAPE 200 * 2 / 22, MASE 2 / step. Saying 11: 200 / 21 and 1 / step.
    own = origin.errors(np.array([[11.0]]), np.array([0]))
    assert own[0] == pytest.approx(((1 / 21) / (2 / 22) + 0.5) / 2)


def test_missing_outcomes_are_not_judged():
    column = np.arange(1.0, 9.0)
    observed = [np.array([True] * 7 + [False])]
    (origin,) = origins([column], observed, [2], 1, 2)
    assert np.isnan(origin.actual[0, 1])
    assert origins([column], [np.array([True] * 6 + [False] * 2)], [2], 1, 2) == []


def test_lookbacks_lie_around_the_longest_cycle_and_the_horizon():
    assert lookbacks((52,), 13, 400) == [13, 52, 65, 104]
    assert lookbacks((24, 168), 48, 300) == [24, 48, 168, 192, 216]
    assert lookbacks((12,), 18, 100) == [12, 18, 24]
    assert lookbacks((4,), 8, 50) == [4, 8]
    assert lookbacks((1,), 6, 20) == [6, 12]
    assert lookbacks((1_440, 10_080), 5, 60) == [5]


def test_a_family_needs_windows():
    assert family(np.array([10]), (24,), 8, 3) == ()
    assert {core.lookback for core in family(np.full(300, 900), (52,), 13, 3)} == {13, 52, 65, 104}


def test_the_blend_comes_with_two_seasons():
    anchors = {core.anchor for core in family(np.full(50, 900), (24, 168), 48, 3)}
    assert anchors == {"last", "season", "blend"}


def test_time_and_memory_bound_the_family():
    many = family(np.full(100_000, 5_000), (7, 365), 14, 3)
    assert many
    assert max(core.lookback for core in many) < 365
